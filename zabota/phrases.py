"""Words of libraries that have no Kazakh of their own; collected here so that our catalogue translates them."""

from django.utils.translation import gettext_noop as _

ALLAUTH = [
    _("Username"),
    _("Password"),
    _("Code"),
    _("Authenticator code"),
    _("Current Password"),
    _("New Password"),
    _("New Password (again)"),
    _("Email"),
    _("Forgot your password?"),
    _("Incorrect code."),
    _("Incorrect password."),
    _("Please type your current password."),
    _("You must type the same password each time."),
    _("The username and/or password you specified are not correct."),
    _("Be patient, you are sending too many requests."),
    _("This account is currently inactive."),
    _("Use your password"),
    _("Use authenticator app or code"),
    _("Use a security key"),
    _("Passwordless"),
]
