from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Connects its receivers; models are loaded only now.
        from accounts import signals  # noqa: F401
        from accounts.merging import rename_in_issues
        from papers.merging import papers_merged

        papers_merged.connect(rename_in_issues)
