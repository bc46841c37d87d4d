"""Browser and system in words out of what a browser says of itself: enough to know one's own by."""

from django.utils.translation import gettext as _

# the first that is found: most of them also name those they descend from
_BROWSERS = {
    "YaBrowser/": "Яндекс Браузер",
    "Edg/": "Edge",
    "EdgA/": "Edge",
    "EdgiOS/": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Macintosh": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def in_words(user_agent: str) -> str:
    """«Chrome, Windows»; a browser that nobody knows is called so."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS.items() if sign in user_agent), "")
    return ", ".join(word for word in (browser or _("unknown browser"), system) if word)
