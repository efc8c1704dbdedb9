"""The journal of paid calls beside the simulator's bill, call by call: what the journal is certain of was
billed, and what was billed beyond that is a call that the journal says may be. Run by itself it is tried
on journals and logs made up here.

An image's prompt is its id (generating.Service.lot), which joins the two.
"""

import json
import math
import os

import quotas
from support import Failure, expect, expect_equal, main

CERTAIN = ("stored", "failed", "refused")
LEAST_USD = 1e-6  # what tells two sums apart


def journal_calls(place):
    """Of each call its lines."""
    calls = {}
    path = os.path.join(place.home, "journal.jsonl")
    if not os.path.exists(path):
        return calls
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # the last line, when the process died in it
            calls.setdefault(entry["call"], []).append(entry)
    return calls


def prompt_of(line):
    return line["body"]["contents"][-1]["parts"][-1]["text"]


def billed(lines):
    """What was billed for each prompt, call by call."""
    found = {}
    for line in quotas.calls_of(lines):
        if line["usd"] > 0:
            found.setdefault(prompt_of(line), []).append(line["usd"])
    return found


def delivered(lines):
    """How many pictures were sent whole for each prompt."""
    found = {}
    for line in quotas.calls_of(lines):
        if line["usd"] > 0 and line["sent-whole"] and line["images"]:
            prompt = prompt_of(line)
            found[prompt] = found.get(prompt, 0) + 1
    return found


class Account:
    """One prompt's calls in the journal."""

    def __init__(self):
        self.certain, self.maybe = [], []  # USD

    def add(self, lines):
        end = lines[-1] if lines[-1]["line"] == "end" else None
        if end and end["result"] in CERTAIN:
            self.certain.append(end.get("cost-usd", 0))
        else:
            self.maybe.append(lines[0].get("cost-usd", 0))


def accounts(calls):
    found = {}
    for lines in calls.values():
        found.setdefault(lines[0]["image-id"], Account()).add(lines)
    return found


def take(bill, usd):
    """Takes one such position out of the bill; False: there is none."""
    for each in bill:
        if abs(each - usd) < LEAST_USD:
            bill.remove(each)
            return True
    return False


class Settlement:
    """`certain` is billed, and so is `rest`, which is covered by the calls of which it `maybe` is."""

    def __init__(self, calls, lines):
        self.bill = {prompt: list(usd) for prompt, usd in billed(lines).items()}
        self.billed = math.fsum(usd for each in self.bill.values() for usd in each)
        self.n_billed = sum(map(len, self.bill.values()))
        self.accounts = accounts(calls)
        self.certain = math.fsum(usd for each in self.accounts.values() for usd in each.certain)
        self.maybe = math.fsum(usd for each in self.accounts.values() for usd in each.maybe)
        self.n_maybe = sum(len(each.maybe) for each in self.accounts.values())
        self.answered = 0.0
        for prompt, account in sorted(self.accounts.items()):
            self.settle(prompt, account)
        unknown = sorted(set(self.bill) - set(self.accounts))
        expect_equal(unknown, [], "billed prompts that the journal does not have")
        self.rest = math.fsum(usd for each in self.bill.values() for usd in each)
        self.n_rest = sum(map(len, self.bill.values()))
        expect_equal(f"{self.certain:.2f}", f"{self.answered:.2f}", "the journal's sum in USD")
        # Thoughts, words and the prompt add less than a cent to the price that was expected.
        expect(self.rest <= self.maybe + 0.01 * self.n_rest, f"the rest is covered: {self}")
        expect(abs(self.answered + self.rest - self.billed) < LEAST_USD, "the bill is its parts")

    def settle(self, prompt, account):
        bill = self.bill.setdefault(prompt, [])
        whole = list(bill)
        for usd in account.certain:
            if usd > 0:
                expect(take(bill, usd), f"{prompt}: the journal is certain of {account.certain} USD "
                       f"and of {account.maybe} not; {whole} were billed")
                self.answered += usd
        expect(len(bill) <= len(account.maybe), f"{prompt}: {bill} USD were billed and are not in the "
               f"journal, which is certain of {account.certain} and of {account.maybe} not")

    def __repr__(self):
        return (f"{self.n_billed} calls billed, {self.billed:.2f} USD: {self.certain:.2f} certain; "
                f"{self.n_rest} of {self.rest:.2f} covered by {self.n_maybe} that may be, "
                f"{self.maybe:.2f}")


# ---- on journals and logs that are made up ----

def asked(prompt, usd, whole=True):
    return {"surface": "gemini", "us": 0, "took-us": 1, "usd": usd, "sent-whole": whole,
            "images": [{}], "body": {"contents": [{"parts": [{"text": prompt}]}]}}


def noted(image, result=None, usd=None):
    lines = [{"line": "begin", "image-id": image, "cost-usd": 0.134}]
    if result:
        lines.append({"line": "end", "image-id": image, "result": result, "cost-usd": usd or 0})
    return lines


def settled(calls, lines):
    return Settlement(dict(enumerate(calls)), lines)


def complains(calls, lines, word):
    try:
        settled(calls, lines)
    except Failure as failure:
        return word in str(failure)
    return False


def test_what_is_certain_was_billed(_):
    found = settled([noted("a", "failed"), noted("a", "stored", 0.138), noted("b", "refused", 0.004)],
                    [asked("a", 0), asked("a", 0.138), asked("b", 0.004)])
    expect_equal((round(found.certain, 6), found.n_rest, found.n_maybe), (0.142, 0, 0), "sums")
    expect(complains([noted("a", "stored", 0.138)], [asked("a", 0.134)], "were billed"), "another price")
    expect(complains([noted("a", "stored", 0.138)], [asked("b", 0.138)], "a: "), "another prompt")
    expect(complains([noted("a", "stored", 0.1)] * 2, [asked("a", 0.1)], "were billed"), "twice")


def test_the_rest_is_covered(_):
    found = settled([noted("a"), noted("a", "unknown"), noted("a", "stored", 0.138), noted("b")],
                    [asked("a", 0.138), asked("a", 0.138, whole=False)])
    expect_equal((round(found.rest, 6), found.n_rest, found.n_maybe, round(found.maybe, 6)),
                 (0.138, 1, 3, 0.402), "sums")
    expect(complains([noted("a", "stored", 0.1)], [asked("a", 0.1)] * 2, "not in the journal"), "extra")
    expect(complains([noted("a", "failed")], [asked("a", 0.1)], "not in the journal"), "not failed")
    expect(complains([], [asked("a", 0.1)], "does not have"), "a prompt that nobody noted")


def test_what_was_delivered_was_sent_whole(_):
    lines = [asked("a", 0.1), asked("a", 0.1, whole=False), asked("b", 0), asked("c", 0.1),
             asked("c", 0.1)]
    expect_equal(delivered(lines), {"a": 1, "c": 2}, "delivered")


if __name__ == "__main__":
    main(globals())
