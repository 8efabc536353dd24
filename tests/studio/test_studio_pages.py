"""The studio over HTTP, as its pages use it: a real server, real grading, a real record."""

from __future__ import annotations

import ast
import http.client
import json
import re
import time
from urllib.parse import urlencode, urlsplit

import pytest
import studio_kit

RIGHT = "def score(w, b, x):\n    return x @ w + b\n"
NO_BIAS = "def score(w, b, x):\n    print('here', len(w))\n    return x @ w\n"


@pytest.fixture
def fresh(studio):
    """The exercise as it was given, whatever a test before did to it."""
    stub = studio.get("/api/lessons/perceptron/stub").json["text"]
    now = studio.get("/api/lessons/perceptron/file").json
    studio.ask("PUT", "/api/lessons/perceptron/file", {"text": stub, "expected": now["hash"]})
    return stub


def wait_for(studio, path: str) -> str:
    """The page of a lesson as soon as its notebook has run; a studio that has just started needs a moment."""
    for _ in range(120):
        text = studio.get(path).text
        if "being made for the first time" not in text:
            return text
        time.sleep(0.25)
    raise AssertionError(f"{path} was never made")


def save(studio, text: str) -> None:
    now = studio.get("/api/lessons/perceptron/file").json
    assert (
        studio.ask("PUT", "/api/lessons/perceptron/file", {"text": text, "expected": now["hash"]}).status
        == 200
    )


def check(studio, text: str):
    now = studio.get("/api/lessons/perceptron/file").json
    return studio.post("/api/lessons/perceptron/check", {"text": text, "expected": now["hash"]})


def test_a_stranger_gets_nothing(studio):
    connection = http.client.HTTPConnection(urlsplit(studio.link).netloc, timeout=20)
    connection.request("GET", "/api/lessons/perceptron/file")
    assert connection.getresponse().status == 401
    connection.close()


def test_a_first_visit_is_told_what_to_do(studio):
    text = studio.get("/").text
    assert "Begin: The perceptron" in text
    assert text.count('class="stop') > 100, "the whole landscape is on the map"
    assert re.search(r'id="at-perceptron-trick"[^>]*data-state="locked"', text)
    assert re.search(r'id="at-perceptron"[^>]*data-state="next"', text)


def test_the_map_as_data(studio):
    lessons = {row["slug"]: row for row in studio.get("/api/map").json["lessons"]}
    assert set(lessons["relu-variants"]) == {
        "slug",
        "title",
        "track",
        "level",
        "written",
        "state",
        "requires",
    }
    assert lessons["perceptron-trick"]["requires"] == ["perceptron"]
    assert lessons["relu-variants"]["state"] == "unwritten"


def test_a_lesson_is_whole_before_any_script_runs(studio):
    text = wait_for(studio, "/lessons/perceptron")
    assert "<math" in text, "formulas are MathML"
    assert "x @ w + b" not in text, "the answer is not in the page"
    assert "np.where(score(w, b, x) &gt; 0" in re.sub(r"</?span[^>]*>", "", text), "code is the library's"
    scene = re.search(r'data-place="score".*?<script type="application/json">(.*?)</script>', text, re.DOTALL)
    assert json.loads(scene[1])["scene"]["values"] == {"k": 0.5}
    assert "raise NotImplementedError" in text, "the stub is in the editor"
    assert text.count('type="radio"') == 4


def test_a_page_carries_no_script_but_its_own(studio):
    answer = studio.get("/lessons/perceptron")
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])[1]
    for tag in re.findall(r"<script[^>]*>", answer.text):
        assert f'nonce="{nonce}"' in tag or "src=" in tag or "application/json" in tag
    assert not re.findall(
        r"\son\w+=", re.sub(r"<(textarea|script)[^>]*>.*?</\1>", "", answer.text, flags=re.DOTALL)
    )


def test_an_unwritten_topic_says_what_it_will_teach_and_needs(studio):
    text = studio.get("/lessons/relu-variants").text
    assert "not written yet" in text
    assert "What it stands on" in text


def test_a_mistyped_lesson_is_answered_with_the_likely_one(studio):
    answer = studio.get("/lessons/perceptrn")
    assert answer.status == 404
    assert "did you mean" in answer.text
    assert "perceptron" in answer.text
    assert studio.get("/nowhere").status == 404


def test_scripts_get_errors_as_data(studio):
    answer = studio.get("/api/lessons/perceptrn/file")
    assert answer.status == 404
    assert "perceptrn" in answer.json["error"]
    assert studio.ask("PUT", "/api/lessons/perceptron/file", b"not json").status == 400
    assert studio.ask("PUT", "/api/lessons/perceptron/file", {"text": 3}).status == 400


def test_the_file_of_the_page_is_the_file_of_the_terminal(studio, fresh):
    save(studio, RIGHT)
    assert studio.file("perceptron").read_text() == RIGHT
    studio.file("perceptron").write_text(NO_BIAS)
    assert studio.get("/api/lessons/perceptron/file").json["text"] == NO_BIAS


def test_a_clash_writes_nothing_and_gives_both(studio, fresh):
    before = studio.get("/api/lessons/perceptron/file").json["hash"]
    studio.file("perceptron").write_text(NO_BIAS)
    answer = studio.ask("PUT", "/api/lessons/perceptron/file", {"text": RIGHT, "expected": before})
    assert answer.status == 409
    assert answer.json["text"] == NO_BIAS
    assert studio.file("perceptron").read_text() == NO_BIAS
    assert studio.post("/api/lessons/perceptron/check", {"text": RIGHT, "expected": before}).status == 409
    again = studio.ask(
        "PUT", "/api/lessons/perceptron/file", {"text": RIGHT, "expected": answer.json["hash"]}
    )
    assert again.status == 200


def test_a_wrong_answer_is_diagnosed_and_a_right_one_lights_the_map(studio, fresh):
    wrong = check(studio, NO_BIAS).json
    assert not wrong["verdict"]["passed"]
    assert "left the bias out" in wrong["verdict"]["diagnosis"]
    assert "left the bias out" in wrong["html"]
    assert "here 3" in wrong["html"], "what the code printed is shown"
    right = check(studio, RIGHT).json
    assert right["verdict"]["passed"]
    states = {row["slug"]: row["state"] for row in studio.get("/api/map").json["lessons"]}
    assert states["perceptron"] == "passed"
    assert states["perceptron-trick"] == "open"
    assert "Next: The perceptron trick" in right["html"]


def test_a_syntax_error_points_at_its_line(studio, fresh):
    answer = check(studio, "def score(w, b, x):\n    return (\n").json
    assert not answer["verdict"]["passed"]
    assert answer["line"] in (2, 3)


def test_what_a_learner_writes_is_shown_and_never_run_by_the_page(studio, fresh):
    nasty = "def score(w, b, x):\n    raise ValueError('<img src=x onerror=alert(1)>')\n"
    nasty += "# </textarea><script>x</script>\n"
    answer = check(studio, nasty).json
    assert "<img" not in answer["html"]
    page = studio.get("/lessons/perceptron").text
    assert "</textarea><script>x" not in page


def test_hints_come_one_at_a_time_and_are_recorded(studio):
    used = [studio.post("/api/lessons/perceptron-trick/hints").json for _ in range(4)]
    assert [u["used"] for u in used] == [1, 2, 3, 3]
    assert "Nudge" in used[0]["html"]
    assert used[3]["html"] == ""
    assert "All hints shown" in studio.get("/lessons/perceptron-trick").text
    rows = {row["lesson"]: row for row in studio.get("/record.json").json["lessons"]}
    assert rows["perceptron-trick"]["hints"] == 3


def test_the_answer_is_shown_when_asked_for(studio):
    answer = studio.post("/api/lessons/perceptron/solution").json
    assert "x @ w + b" in re.sub(r"<[^>]+>", "", answer["html"])


def test_without_scripts_a_form_does_it(studio, fresh):
    now = studio.get("/api/lessons/perceptron/file").json["hash"]
    form = urlencode({"code": NO_BIAS.replace("\n", "\r\n"), "hash": now}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    page = studio.ask("POST", "/lessons/perceptron", form, kind)
    assert page.status == 200
    assert "left the bias out" in page.text
    assert studio.file("perceptron").read_text() == NO_BIAS
    stale = urlencode({"code": RIGHT, "hash": now}).encode()
    page = studio.ask("POST", "/lessons/perceptron", stale, kind)
    assert "changed elsewhere" in page.text
    assert studio.file("perceptron").read_text() == NO_BIAS


def test_the_record_counts_what_was_done(studio, fresh):
    assert check(studio, RIGHT).json["verdict"]["passed"]
    data = studio.get("/record.json").json
    row = next(row for row in data["lessons"] if row["lesson"] == "perceptron")
    assert row["state"] == "passed"
    assert row["due_at"] > row["passed_at"]
    assert row["attempts"] >= 1
    text = studio.get("/record.md").text
    assert "█" in text or data["passed"] < 3
    assert "| The perceptron | passed |" in text
    assert "The perceptron" in studio.get("/record").text


def test_a_review_is_written_again_from_the_stub(studio, fresh):
    check(studio, RIGHT)
    page = studio.get("/lessons/perceptron?review=1").text
    assert "This is a review" in page
    assert "raise NotImplementedError" in page
    kept = studio.get("/api/lessons/perceptron/file").json
    assert kept["text"] == RIGHT, "the learner's own file is left alone"
    stub = studio.get("/api/lessons/perceptron/file?review=1").json
    sent = {"text": NO_BIAS, "expected": stub["hash"]}
    assert not studio.post("/api/lessons/perceptron/check?review=1", sent).json["verdict"]["passed"]
    assert (studio.home / "review" / "perceptron.py").read_text() == NO_BIAS
    assert studio.file("perceptron").read_text() == RIGHT


def test_a_lesson_leaves_as_a_script_that_runs_anywhere(studio, tmp_path):
    answer = studio.get("/lessons/perceptron/download/py")
    assert "perceptron.py" in answer.headers["content-disposition"]
    ast.parse(answer.text)
    copy = tmp_path / "anywhere.py"
    copy.write_text(answer.text)
    done = studio.rung(str(copy))
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_lesson_leaves_as_a_notebook_for_jupyter(studio):
    import nbformat

    book = nbformat.reads(studio.get("/lessons/perceptron/download/ipynb").text, as_version=4)
    nbformat.validate(book)
    assert any("score" in cell.source for cell in book.cells)


@pytest.mark.slow
def test_a_copy_opens_in_marimos_own_editor(studio):
    url = studio.post("/api/lessons/perceptron/notebook").json["url"]
    assert url.startswith("http://127.0.0.1:")
    assert "access_token=" in url
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", "/")
    assert connection.getresponse().status in (302, 303, 307, 401), "it has a token of its own"
    connection.close()
    copy = studio.home / "notebooks" / "perceptron.py"
    copy.write_text(copy.read_text() + "\n# mine\n")
    assert studio.post("/api/lessons/perceptron/notebook").json["url"] == url, (
        "a second click finds the same editor"
    )
    assert copy.read_text().endswith("# mine\n"), "an edited copy is left as it is"


@pytest.mark.slow
def test_the_text_does_not_wait_for_the_first_run_of_a_notebook(tmp_path):
    new = studio_kit.start(tmp_path)
    try:
        text = new.get("/lessons/perceptron").text
        assert "A score adds up the inputs" in text
        assert "<math" in text
        assert "raise NotImplementedError" in text
        whole = wait_for(new, "/lessons/perceptron")
        assert 'data-place="score"' in whole
        assert "being made" not in whole
    finally:
        new.stop()


def test_a_project_on_the_map_leads_to_its_own_page(studio):
    assert 'href="/projects/digits"' in studio.get("/").text
    assert studio.get("/projects/digits").status == 200
    assert 'href="/projects/digits"' in studio.get("/lessons/digits").text
    assert 'href="/lessons/pets"' in studio.get("/").text, "one that is still to be written is told so"
