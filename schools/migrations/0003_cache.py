from django.db import migrations

from schools.wall import Deletable


class Migration(migrations.Migration):
    """The cache that all processes of all servers share: how often an address has tried to sign in."""

    dependencies = [("schools", "0002_deletable")]

    operations = [
        migrations.RunSQL(
            """create table zabota_cache (
                 cache_key varchar(255) primary key, value text not null, expires timestamptz not null);
               create index zabota_cache_expires on zabota_cache (expires);""",
            "drop table zabota_cache",
        ),
        Deletable("zabota_cache"),
    ]
