from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate, pre_delete


class PapersConfig(AppConfig):
    name = "papers"

    def ready(self) -> None:
        # Registers its checks.
        from papers import checks  # noqa: F401
        from papers.calendar import enter_years_given
        from papers.votes import forget_reader

        post_migrate.connect(enter_years_given, sender=self)
        pre_delete.connect(forget_reader, sender=settings.AUTH_USER_MODEL)
