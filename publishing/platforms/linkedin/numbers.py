"""LinkedIn's counts: of a page's posts, of a member's where LinkedIn lets the app read them, else the light ones."""

from typing import Any

from publishing.platforms.base import Metrics, Session
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.linkedin import rest
from publishing.platforms.linkedin.check import is_page

_MEMBER = {
    "impressions": "IMPRESSION",
    "likes": "REACTION",
    "comments": "COMMENT",
    "shares": "RESHARE",
    "saves": "POST_SAVE",
    "clicks": "LINK_CLICKS",
}


def metrics(session: Session, external_id: str) -> Metrics:
    """Counts of one post. Times are seconds; LinkedIn gives them in milliseconds."""
    if not is_page(session.account.external_id):
        return _member(session, external_id)
    return _page(session, external_id)


def _is_video(urn: str) -> bool:
    return ":ugcPost:" in urn


def _page(session: Session, urn: str) -> Metrics:
    page = session.account.external_id
    name = "ugcPosts" if _is_video(urn) else "shares"
    query = f"q=organizationalEntity&organizationalEntity={rest.enc(page)}&{name}=List({rest.enc(urn)})"
    rows = rest.elements(rest.read(session, "/rest/organizationalEntityShareStatistics", query))
    found: dict[str, Any] = next((row.get("totalShareStatistics") or {} for row in rows), {})
    plays = watched = None
    # A content admin reads zero here, which would be a lie.
    if _is_video(urn) and session.account.facts.get("role") != "CONTENT_ADMINISTRATOR":
        plays, watched = _video(session, urn, "VIDEO_VIEW"), _video(session, urn, "TIME_WATCHED")
    impressions = _int(found.get("impressionCount"))
    return Metrics(
        views=plays if _is_video(urn) else impressions,
        impressions=impressions,
        likes=_int(found.get("likeCount")),
        comments=_int(found.get("commentCount")),
        shares=_int(found.get("shareCount")),
        clicks=_int(found.get("clickCount")),
        watch_time_s=watched / 1000 if watched is not None else None,
        average_view_s=round(watched / 1000 / plays, 3) if watched is not None and plays else None,
    )


def _video(session: Session, urn: str, kind: str) -> int | None:
    """One number of a page's video, summed over what LinkedIn returns; a refusal here must not hide the rest."""
    query = f"q=entity&entity={rest.enc(urn)}&type={kind}&aggregation=ALL"
    answer = rest.call(session, "GET", "/rest/videoAnalytics", query)
    rows = rest.elements(answer.json()) if answer.status == 200 else []
    values = [int(row["value"]) for row in rows if row.get("value") is not None]
    return sum(values) if values else None


def _member(session: Session, urn: str) -> Metrics:
    if not session.http.flag("member_analytics"):
        return _light(session, urn)
    entity = f"({'ugc' if _is_video(urn) else 'share'}:{rest.enc(urn)})"
    found: dict[str, int | None] = {}
    for name, kind in _MEMBER.items():
        try:
            found[name] = _count(session, "memberCreatorPostAnalytics", entity, kind)
        except PlatformError as error:
            if error.kind is not ErrorKind.AUTH_EXPIRED or error.token_problem:
                raise
            # The person did not give this permission: what everybody may read is left.
            return _light(session, urn)
    plays = watched = None
    if _is_video(urn):
        plays = _count(session, "memberCreatorVideoAnalytics", entity, "VIDEO_PLAY")
        watched = _count(session, "memberCreatorVideoAnalytics", entity, "VIDEO_WATCH_TIME")
    return Metrics(
        views=plays if _is_video(urn) else found["impressions"],
        watch_time_s=watched / 1000 if watched is not None else None,
        average_view_s=round(watched / 1000 / plays, 3) if watched is not None and plays else None,
        **found,
    )


def _count(session: Session, resource: str, entity: str, kind: str) -> int | None:
    query = f"q=entity&entity={entity}&queryType={kind}&aggregation=TOTAL"
    rows = rest.elements(rest.read(session, f"/rest/{resource}", query))
    return sum(int(row.get("count") or 0) for row in rows) if rows else None


def _light(session: Session, urn: str) -> Metrics:
    """Reactions and comments, which the author's own token may always read."""
    body = rest.read(session, f"/v2/socialActions/{rest.enc(urn)}")
    likes, comments = body.get("likesSummary") or {}, body.get("commentsSummary") or {}
    return Metrics(likes=_int(likes.get("totalLikes")), comments=_int(comments.get("totalFirstLevelComments")))


def _int(value: Any) -> int | None:
    return int(value) if value is not None else None
