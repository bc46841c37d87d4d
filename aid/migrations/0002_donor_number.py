from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from zabota.lib.secret import blind_index


def find_by_number(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Donors known before get their index; of several with one number the oldest is the donor from now on."""
    seen: set[str] = set()
    for donor in apps.get_model("aid", "Donor").objects.order_by("pk"):
        index = blind_index(donor.number)
        if index and index not in seen:
            seen.add(index)
            donor.number_index = index
            donor.save(update_fields=["number_index"])


class Migration(migrations.Migration):
    dependencies = [("aid", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="donor",
            name="number_index",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.RunPython(find_by_number, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="donor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number_index", ""), _negated=True),
                fields=("number_index",),
                name="donor_number_once",
            ),
        ),
    ]
