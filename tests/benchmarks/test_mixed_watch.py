from benchmarks.mixed_watch import JUDGED_ROLES, RENEWED, Sample, Watch

BEGAN, ENDED = 0.0, 600.0


def watch_of(**ends: float) -> Watch:
    """One process of each judged role, looked at every five seconds until it ended."""
    watch = Watch(1)
    for role in JUDGED_ROLES:
        end = ends.get(role.replace("-", "_"), ENDED)
        moments = [float(at) for at in range(0, int(end) + 1, 5)]
        watch.samples[f"{role} 7"] = [Sample(at, 50.0 + at / 3600, 60.0) for at in moments]
    watch.cpu = [(float(at), {}) for at in range(0, int(ENDED) + 1, 5)]
    return watch


def test_each_process_that_was_there_all_the_time_has_a_slope() -> None:
    watch = watch_of()
    slopes = {slope.name: round(slope.an_hour, 3) for slope in watch.slopes(BEGAN, ENDED)}
    assert slopes == {f"{role} 7": 1.0 for role in JUDGED_ROLES}
    assert list(watch.gaps(BEGAN, ENDED)) == []


def test_a_role_without_a_slope_and_a_process_that_ended_are_told() -> None:
    watch = watch_of(follower=120.0)
    assert list(watch.gaps(BEGAN, ENDED)) == [
        "no process of follower was there long enough to judge its memory",
        "follower 7 ended 120 s after the first look",
    ]


def test_a_process_that_took_the_place_of_another_is_told() -> None:
    watch = watch_of()
    web = watch.samples.pop("web 7")
    watch.samples |= {"web 7": web[:20], "web 8": web[20:], "web 9": web}
    assert list(watch.gaps(BEGAN, ENDED)) == ["web 7 ended 95 s after the first look"]


def test_children_that_are_renewed_by_design_may_end_but_not_grow() -> None:
    watch = watch_of()
    watch.samples[RENEWED] = [Sample(each.at, each.at, 0.0) for each in watch.samples["web 7"]]
    assert list(watch.gaps(BEGAN, ENDED)) == []
    steepest = max(watch.slopes(BEGAN, ENDED), key=lambda slope: slope.an_hour)
    assert (steepest.name, round(steepest.an_hour)) == (RENEWED, 3600)


def test_memory_is_told_minute_by_minute() -> None:
    watch = watch_of(follower=120.0)
    watch.samples["follower 7"] = [
        Sample(each.at, 80.0 if each.at < 60 else 90.0, 0.0) for each in watch.samples["follower 7"]
    ]
    assert watch.by_minute(BEGAN)["follower 7"] == [(0.0, 80.0), (1.0, 90.0), (2.0, 90.0)]
    assert len(watch.by_minute(BEGAN)["web 7"]) == 11


def test_of_a_run_that_was_too_short_nothing_is_judged() -> None:
    assert len(list(Watch(1).gaps(BEGAN, ENDED))) == len(JUDGED_ROLES)
