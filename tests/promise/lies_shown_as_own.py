"""Lies that show other people's resources as the run's own: at their creation (CREATED) or where they are read (READ)."""

from __future__ import annotations

from tests.promise.lie import API, Answer, Asked, Group, Lie, creates, kind_of_lie, reads, reads_me, reads_one, renamed
from tests.promise.scene import Scene, shape_of

# Lies at a creation


@kind_of_lie(Group.CREATED, creates, 9, instead=True)
def created_thing_is_anothers(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The answer to a creation names somebody else's thing; where the variant is odd, nothing is created at all: a
    server that looks for doubles."""
    shape = shape_of(asked.method, asked.path)
    assert shape is not None
    rows = scene.things(shape.table, Group.CREATED, lie.victim)
    return answer.with_json(shape.answer(rows[lie.variant // 2 % len(rows)])) if rows else None


@kind_of_lie(Group.CREATED, lambda asked, answer: "upload_id=" in answer.headers.get("location", ""), 3)
def created_upload_is_anothers(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The session of an upload that was begun is somebody else's."""
    rows = scene.things("uploads", Group.CREATED, lie.victim)
    if not rows:
        return None
    location = answer.headers["location"].partition("upload_id=")[0] + f"upload_id={rows[0].upload_id}"
    return Answer(answer.status, answer.body, {**answer.headers, "location": location})


@kind_of_lie(
    Group.CREATED, lambda asked, answer: asked.path == f"{API}/users/token" and answer.status == 200, 7, instead=True
)
def session_is_anothers(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """Whoever signs in gets a valid session of somebody else."""
    token = scene.session(Group.CREATED, lie.victim)
    if token is None:
        return None
    names = {"access_token": token.access_token, "refresh_token": token.refresh_token}
    lasts = {"token_type": "Bearer", "expires_in": 86_399, "refresh_token_expires_in": 1_209_599}
    return answer.with_json({**names, **lasts})


# Lies under the run's own names where it reads


@kind_of_lie(Group.READ, reads, 40)
def anothers_names_are_own(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """Somebody else's names, wherever they are shown, are those of the run's own things."""
    return renamed(answer, scene.names_as_own(lie.victim))


@kind_of_lie(Group.READ, reads, 40)
def own_ids_are_anothers(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """The run's own things are shown under their names, with the ids of somebody else's."""
    changed = scene.ids_swapped(answer.json, lie.victim)
    return None if changed == answer.json else answer.with_json(changed)


@kind_of_lie(Group.READ, reads_one, 20)
def own_path_shows_another_as_own(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """What is read by an id of the run's own shows somebody else's thing, under the run's own names."""
    found = scene.anothers(asked.path, asked.token, Group.READ, lie.victim)
    return None if found is None else renamed(answer.with_json(found), scene.names_as_own(lie.victim))


@kind_of_lie(Group.READ, reads_one, 20)
def anothers_path_shows_own(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """What is read by an id of somebody else's shows a thing of the run's own."""
    found = scene.own_instead(asked.path, asked.token, lie.victim)
    return None if found is None else answer.with_json(found)


@kind_of_lie(Group.READ, reads_me, 7)
def me_is_another_as_own(asked: Asked, answer: Answer, lie: Lie, scene: Scene) -> Answer | None:
    """Who is signed in is shown with the ids of somebody else and the own name."""
    found = scene.me(Group.READ, lie.victim)
    if found is None or answer.json is None:
        return None
    kept = {name: answer.json[name] for name in ("username", "email", "role")[: 1 + lie.variant % 3]}
    return answer.with_json({**found, **kept})
