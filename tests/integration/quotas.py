"""What a simulator's log says of quotas: how many requests came in a window, how many were open at a
time, and how much of what a quota allows was used. Run by itself it is tried on logs made up here.
"""

import json

from support import Failure, expect, expect_equal, main

PICTURES = ("gemini", "vertex", "predict", "openai")
US = 1_000_000
# That a client has gone (status 0) is noticed a little after it may ask again.
NOTICE_US = 20_000


def calls_of(lines, credential=None):
    """The requests for pictures in order of arrival: of one key or token, or of all."""
    found = [line for line in lines if line.get("surface") in PICTURES
             and credential in (None, line.get("credential"))]
    return sorted(found, key=lambda line: line["us"])


def read(path, credential=None):
    with open(path, encoding="utf-8") as stream:
        return calls_of([json.loads(line) for line in stream], credential)


def credentials(lines):
    return sorted({line["credential"] for line in calls_of(lines)})


def most_in_window(lines, credential, window_s):
    """Whatever was asked counts, also what a script's fault answered."""
    arrivals = [line["us"] for line in calls_of(lines, credential)]
    most = first = 0
    for last, arrival in enumerate(arrivals):
        while arrivals[first] <= arrival - window_s * US:
            first += 1
        most = max(most, last - first + 1)
    return most


def end_us(line):
    took = line["took-us"]
    return line["us"] + (max(took - NOTICE_US, 0) if line.get("status") == 0 else took)


def most_at_once(lines, credential=None):
    moments = []
    for line in calls_of(lines, credential):
        moments += [(line["us"], 1), (end_us(line), -1)]
    most = n_open = 0
    for _, change in sorted(moments):  # of two at the same moment the end comes first
        n_open += change
        most = max(most, n_open)
    return most


def refused(lines):
    """How many each quota of the simulator's own refused."""
    found = [line["quota"] for line in calls_of(lines) if "quota" in line]
    return {quota: found.count(quota) for quota in sorted(set(found))}


def busy_s(lines):
    calls = calls_of(lines)
    return (max(line["us"] + line["took-us"] for line in calls) - calls[0]["us"]) / US


def used_share(lines, requests, window_s):
    """Of `requests` in a window, for each key that was used, from the first request to the last end."""
    allowed = requests * busy_s(lines) / window_s * len(credentials(lines))
    return len(calls_of(lines)) / allowed


def expect_kept(lines, requests, window_s, at_once):
    """No key had more than its quota, and none was refused by it."""
    expect_equal(refused(lines), {}, "requests that a quota refused")
    for credential in credentials(lines):
        most = most_in_window(lines, credential, window_s)
        expect(most <= requests, f"{credential}: {most} requests in {window_s} s, {requests} are allowed")
        most = most_at_once(lines, credential)
        expect(most <= at_once, f"{credential}: {most} requests at once, {at_once} are allowed")


# ---- on logs that are made up ----

def line(s, took_s=0.1, credential="key:1", **more):
    return {"surface": "gemini", "credential": credential, "us": round(s * US),
            "took-us": round(took_s * US), **more}


def test_a_window_slides(_):
    log = [line(s) for s in (0, 0.5, 0.9, 1.0, 1.4, 1.45)]
    expect_equal(most_in_window(log, "key:1", 1), 5, "from 0.5 to just below 1.5")
    expect_equal(most_in_window(log, "key:1", 0.5), 3, "from 0.9 to just below 1.4, and from 1 to 1.5")
    expect_equal(most_in_window([line(0), line(1)], "key:1", 1), 1, "a window's end is outside")
    expect_equal(most_in_window([], "key:1", 1), 0, "nothing")


def test_each_key_has_its_own(_):
    log = [line(0), line(0, credential="key:2"), line(0.1), line(0.2, surface="token")]
    expect_equal((most_in_window(log, "key:1", 1), most_in_window(log, "key:2", 1),
                  most_in_window(log, None, 1)), (2, 1, 3), "most")
    expect_equal(credentials(log), ["key:1", "key:2"], "keys")


def test_order_of_the_log_is_no_matter(_):
    log = [line(2), line(0), line(0.5)]
    expect_equal(most_in_window(log, "key:1", 1), 2, "most")
    expect_equal(busy_s(log), 2.1, "busy")


def test_at_once_is_from_arrival_to_the_last_byte(_):
    expect_equal(most_at_once([line(0, 1), line(1, 1), line(1.5, 0.1)]), 2, "one ends as one begins")
    expect_equal(most_at_once([line(0, 9), line(1, 7), line(2, 1), line(3, 1)]), 3, "nested")
    expect_equal(most_at_once([line(0, 1), line(0.5, 1, credential="key:2")], "key:1"), 1, "a key")
    for begin, status, most in ((0.985, 0, 1), (0.975, 0, 2), (0.985, 200, 2)):
        expect_equal(most_at_once([line(0, 1, status=status), line(begin)]), most, f"{begin}, {status}")


def test_the_share_is_of_all_keys(_):
    log = [line(s / 10, 0.1) for s in range(100)]
    expect_equal(round(used_share(log, 60, 6), 6), 1.0, "10 a second in 10 s")
    expect_equal(round(used_share(log[::2], 60, 6), 2), 0.51, "half of it")
    two = log + [line(s / 10, credential="key:2") for s in range(100)]
    expect_equal(round(used_share(two, 60, 6), 6), 1.0, "two keys")


def complains(*arguments):
    try:
        expect_kept(*arguments)
        return False
    except Failure:
        return True


def test_what_is_not_kept_is_told(_):
    log = [line(s / 10, 0.15) for s in range(20)]
    expect_kept(log, 10, 1, 2)
    expect(complains(log, 9, 1, 2), "too many in a window")
    expect(complains(log, 10, 1, 1), "too many at once")
    expect(complains(log + [line(5, status=429, quota="minute")], 10, 1, 2), "refused")
    expect_kept(log + [line(5, status=429)], 10, 1, 2)


if __name__ == "__main__":
    main(globals())
