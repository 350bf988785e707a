from flyweight.api.paths import PathTable


def table(*templates: str) -> PathTable[str]:
    made: PathTable[str] = PathTable()
    for template in templates:
        made.add("GET", template, template)
    return made


def test_a_literal_wins_over_a_variable():
    found = table("/a/{x}", "/a/b").find("GET", "/a/b")
    assert found is not None
    assert (found.target, found.variables) == ("/a/b", {})


def test_a_literal_that_leads_nowhere_falls_back_to_the_variable():
    found = table("/a/b/c", "/a/{x}/{y}").find("GET", "/a/b/d")
    assert found is not None
    assert found.variables == {"x": "b", "y": "d"}


def test_segments_are_unquoted_after_the_split():
    found = table("/a/{x.y}/b").find("GET", "/a/1%2F2%20%C3%A9/b")
    assert found is not None
    assert found.variables == {"x.y": "1/2 é"}


def test_an_empty_segment_is_no_value():
    assert table("/a/{x}").find("GET", "/a/") is None


def test_another_method_is_not_found_but_listed():
    assert table("/a").find("PUT", "/a") is None
    assert table("/a").methods("/a") == {"GET"}
    assert table("/a").methods("/b") == set()
