from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Connects its receivers; models are loaded only now.
        from accounts import signals  # noqa: F401
        from accounts.digest.issues import day_of_last_issue
        from papers.search import personal

        personal.register_new_since(day_of_last_issue)
