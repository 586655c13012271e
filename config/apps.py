from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        # Registers its checks; and makes our Celery app the one that tasks queued by web processes
        # and commands go to (Celery's own default would look for another broker).
        from config import (  # noqa: F401
            celery,
            checks,
            feed_checks,
            forking,
            mail_checks,
            metrics_checks,
        )
        from config.supervisor import self_watch  # noqa: F401
        from papers import working  # noqa: F401
