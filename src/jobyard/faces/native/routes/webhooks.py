"""Webhooks: being told instead of asking."""

from __future__ import annotations

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from jobyard.engine.webhooks.record import Webhook
from jobyard.faces.native import words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire import (
    LARGEST,
    DeliveryOut,
    DeliveryPage,
    PageAsked,
    TryOut,
    WebhookChange,
    WebhookIn,
    WebhookMade,
    WebhookOut,
)
from jobyard.job.errors import NotFound


@get("/webhooks", operation_id="listWebhooks")
async def list_webhooks(request: Ask) -> list[WebhookOut]:
    """Return your webhooks, oldest first; administrators see everybody's."""
    return [await _shown(request, webhook) for webhook in await request.engine.webhooks.seen(request.user)]


@post("/webhooks", operation_id="addWebhook")
async def add_webhook(request: Ask, data: JSONBody[WebhookIn]) -> WebhookMade:
    """Make a webhook that tells what happens from now on to jobs you may see; its secret is shown this once."""
    webhook, secret = await request.engine.webhooks.create(request.user, words.webhook_in(data))
    return WebhookMade(webhook=await _shown(request, webhook), secret=secret)


@get("/webhooks/{webhook_id:str}", operation_id="getWebhook")
async def get_webhook(request: Ask, webhook_id: InPath) -> WebhookOut:
    """Return a webhook, and how its receiver is doing."""
    return await _shown(request, await request.engine.webhooks.get(request.user, webhook_id))


@patch("/webhooks/{webhook_id:str}", operation_id="changeWebhook")
async def change_webhook(request: Ask, webhook_id: InPath, data: JSONBody[WebhookChange]) -> WebhookOut:
    """Change a webhook, pause it, or let it go on where it stopped."""
    edit = words.webhook_change(data)
    return await _shown(request, await request.engine.webhooks.change(request.user, webhook_id, edit))


@delete("/webhooks/{webhook_id:str}", operation_id="deleteWebhook")
async def delete_webhook(request: Ask, webhook_id: InPath) -> None:
    """Remove a webhook with its deliveries; what waits is not told any more."""
    await request.engine.webhooks.delete(request.user, webhook_id)


@post("/webhooks/{webhook_id:str}/secret", operation_id="renewSecret", status_code=200)
async def renew_secret(request: Ask, webhook_id: InPath) -> WebhookMade:
    """Make a new secret, shown this once; for a day letters are signed with the one before as well."""
    webhook, secret = await request.engine.webhooks.renew_secret(request.user, webhook_id)
    return WebhookMade(webhook=await _shown(request, webhook), secret=secret)


@post("/webhooks/{webhook_id:str}/test", operation_id="testWebhook", status_code=200)
async def test_webhook(request: Ask, webhook_id: InPath) -> TryOut:
    """Send a ping now and return how it went; paused or not, and whatever it is narrowed to."""
    return words.try_out(await request.engine.webhooks.ping(request.user, webhook_id))


@get("/webhooks/{webhook_id:str}/deliveries", operation_id="listDeliveries", **asking(PageAsked))
async def list_deliveries(request: Ask, webhook_id: InPath, asked: NamedDependency[PageAsked]) -> DeliveryPage:
    """Return one page of a webhook's deliveries, the newest event first."""
    list_ = f"deliveries of {webhook_id}"
    before = None if asked.cursor is None else words.row_cursor(asked.cursor, list_, int)
    found = await request.engine.webhooks.deliveries(request.user, webhook_id, before, asked.limit)
    more = len(found) == asked.limit
    return DeliveryPage(
        deliveries=[words.delivery_out(delivery, due_at) for delivery, due_at in found],
        next=words.row_text(list_, found[-1][0].event) if more else None,
    )


@post("/webhooks/{webhook_id:str}/deliveries/{event:str}/redeliver", operation_id="redeliver", status_code=200)
async def redeliver(request: Ask, webhook_id: InPath, event: InPath) -> DeliveryOut:
    """Have a delivery made once more, at once and with all its tries."""
    if not (event.isascii() and event.isdecimal()) or len(event) > len(str(LARGEST)):
        raise NotFound(what="delivery", name=event)
    return words.delivery_out(*await request.engine.webhooks.redeliver(request.user, webhook_id, int(event)))


async def _shown(request: Ask, webhook: Webhook) -> WebhookOut:
    return words.webhook_out(webhook, await request.names.of(webhook.interest.projects))


HANDLERS = (
    list_webhooks,
    add_webhook,
    get_webhook,
    change_webhook,
    delete_webhook,
    renew_secret,
    test_webhook,
    list_deliveries,
    redeliver,
)
