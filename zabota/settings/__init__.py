"""Settings: `base` is everything, `local` a machine of its own, `production` a server behind nginx."""
