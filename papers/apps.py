from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PapersConfig(AppConfig):
    name = "papers"

    def ready(self) -> None:
        # Registers its checks.
        from papers import checks  # noqa: F401
        from papers.calendar import enter_years_given

        post_migrate.connect(enter_years_given, sender=self)
