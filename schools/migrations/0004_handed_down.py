from django.db import migrations, models

from schools.wall import HandedDown


class Migration(migrations.Migration):
    """A scan of an order, a document of the library: the units below read what is handed down to them."""

    dependencies = [("schools", "0003_cache")]

    operations = [
        migrations.AddField("document", "handed_down", models.BooleanField(default=False)),
        HandedDown("schools_document", "handed_down"),
    ]
