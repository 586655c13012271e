from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Connects its receivers; models are loaded only now.
        from django.conf import settings

        from accounts import security_signals, session_signals, signals  # noqa: F401
        from accounts.bounces import webhooks
        from accounts.bounces.suppression import is_suppressed
        from accounts.confirmed import confirmed_ids, language_of, own_addresses
        from accounts.digest.issues import day_of_last_issue
        from accounts.merging import move_feedback
        from accounts.near_lists import offer
        from accounts.own_categories import find_own_categories
        from papers import own_categories, votes
        from papers.front import offers
        from papers.merging import papers_merged
        from papers.search import personal
        from readinglists import addresses

        own_categories.register(find_own_categories)
        offers.register(offer)
        papers_merged.connect(move_feedback)
        votes.register_confirmed(confirmed_ids)
        personal.register_new_since(day_of_last_issue)
        addresses.register_own(own_addresses)
        addresses.register_refused(is_suppressed)
        addresses.register_language(language_of)
        if settings.ANYMAIL_WEBHOOKS:
            webhooks.connect()
