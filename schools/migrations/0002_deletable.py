from django.db import migrations

from schools.wall import Deletable


class Migration(migrations.Migration):
    """Tables of libraries from which the application deletes: sessions that ended, a lost second factor, old attempts."""

    dependencies = [
        ("schools", "0001_initial"),
        ("sessions", "0001_initial"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("axes", "0010_accessattemptexpiration"),
    ]

    operations = [
        Deletable(
            "django_session",
            "mfa_authenticator",
            "usersessions_usersession",
            "account_emailaddress",
            "account_emailconfirmation",
            "axes_accessattempt",
            "axes_accessattemptexpiration",
            "axes_accesslog",
            "axes_accessfailurelog",
        ),
    ]
