from django.db import migrations

from schools.wall import Deletable


class Migration(migrations.Migration):
    """A post given by mistake is withdrawn before it begins; the journal keeps both deeds."""

    dependencies = [("schools", "0004_handed_down")]

    operations = [Deletable("schools_post")]
