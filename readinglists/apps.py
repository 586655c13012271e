from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import pre_delete


class ReadingListsConfig(AppConfig):
    name = "readinglists"

    def ready(self) -> None:
        # Models can only be imported once all apps are loaded.
        from papers import marks, shelves
        from papers.merging import papers_merged, papers_merging
        from papers.search import personal
        from readinglists.marks import SAVED, all_saved, papers_in_list_named
        from readinglists.merging import lock_readers, move_entries, move_states
        from readinglists.publishing import shelves_with
        from readinglists.saves import forget_reader

        marks.register("saved", SAVED)
        shelves.register(shelves_with)
        personal.register_saved(all_saved)
        personal.register_lists(papers_in_list_named)
        papers_merging.connect(lock_readers)
        papers_merged.connect(move_entries)
        papers_merged.connect(move_states)
        pre_delete.connect(forget_reader, sender=settings.AUTH_USER_MODEL)
