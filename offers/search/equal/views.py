"""The words that mean the same, for coordinators: they know what people say."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.web.access import coordinator
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.once import made_once
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from offers.search.equal import actions, queries
from offers.search.equal.forms import EqualForm
from offers.search.equal.queries import SHOWN, Changed, Version
from offers.search.equal.saved import Saved

HOME = "/words"


@coordinator
async def words(request: Request) -> Response:
    """GET /words: all groups."""
    found = await queries.groups(request.person.id)
    return render(
        request, "offers/search/equal/words.html", section="/today", groups=[one for one in found if one.words],
        gone=[one for one in found if not one.words],
    )  # fmt: skip


@coordinator
@made_once
async def new(request: Request) -> Response:
    """GET and POST /words/new. With `look` it says what it would find, and saves nothing."""
    if request.method == "GET":
        return _page(request, EqualForm.blank(), None)
    form = await EqualForm.read(request)
    if form.valid and form.data.look:
        return _page(request, form, None, await _found(request, form, None))
    if not form.valid:
        return _page(request, form, None, status=422)
    await actions.write(None, form.data.given, by=request.person.id, now=request.now)
    return see_other(f"{HOME}?saved={Saved.MADE}", request)


@coordinator
async def edit(request: Request) -> Response:
    """GET and POST /words/{group}/edit. With `look` it says what it would find, and saves nothing."""
    found = (await _versions(request))[0]
    if request.method == "GET":
        return _page(request, _stored(found), found)
    form = await EqualForm.read(request)
    if form.valid and form.data.look:
        return _page(request, form, found, await _found(request, form, found))
    if form.valid:
        async with one_at_a_time(found.group_id):
            if form.meet(_stored((await queries.versions(found.group_id, request.person.id))[0])):
                await actions.write(found.group_id, form.data.given, by=request.person.id, now=request.now)
                return see_other(f"{HOME}?saved={Saved.CHANGED}", request)
    return _page(request, form, found, status=422)


async def _found(request: Request, form: Filled[EqualForm], group: Version | None) -> list[Changed]:
    """What would be won and lost, for each word that the group has or had."""
    before = await queries.with_words(group.group_id if group else None, group.words if group else [])
    after = await queries.with_words(group.group_id if group else None, form.data.given)
    asked = dict.fromkeys([*form.data.given, *(group.words if group else [])])
    return await queries.would_change(before, after, [*asked], request.lang, request.now)


def _stored(found: Version) -> Filled[EqualForm]:
    return EqualForm.blank(equal=", ".join(found.words))


def _page(
    request: Request,
    form: Any,
    group: Version | None,
    changed: list[Changed] | None = None,
    status: int = 200,
) -> Response:
    told = None if changed is None else changed[:SHOWN]
    return render(
        request, "offers/search/equal/form.html", status=status, form=form, group=group, section="/today",
        changed=told, more=changed is not None and len(changed) > SHOWN,
    )  # fmt: skip


@coordinator
async def history(request: Request) -> Response:
    """GET /words/{group}: what it has been."""
    return render(
        request, "offers/search/equal/history.html", section="/today", versions=await _versions(request)
    )


@coordinator
async def remove(request: Request) -> Response:
    """GET and POST /words/{group}/remove. GET only asks. It can be brought back."""
    found = (await _versions(request))[0]
    if request.method == "GET":
        return render(request, "offers/search/equal/remove.html", section="/today", group=found)
    await actions.write(found.group_id, [], by=request.person.id, now=request.now)
    return see_other(f"{HOME}?saved={Saved.REMOVED}", request)


@coordinator
async def back(request: Request) -> Response:
    """POST /words/{group}/versions/{version}: as it was then."""
    wanted = request.path_params["version"]
    found = next((one for one in await _versions(request) if str(one.number) == wanted), None)
    if found is None:
        raise NotFound
    await actions.write(found.group_id, found.words, by=request.person.id, now=request.now)
    return see_other(f"{HOME}?saved={Saved.BACK}", request)


async def _versions(request: Request) -> list[Version]:
    group: UUID = parse_id(request.path_params["group"])
    return await queries.versions(group, request.person.id)
