"""Google's list of models and a gateway's: a free question that proves an address and a key."""

from collections.abc import Callable, Mapping
from functools import partial

from aiohttp import web

from bot.demo.keys import google_key, refuse_freely
from bot.demo.manners import CREATED
from bot.demo.question import SERVED
from bot.demo.rejection import Body, unknown_model

METHODS = ("generateContent", "countTokens")


class Inventory:
    """Answers without a trace in the journal, which holds paid calls alone."""

    def routes(self) -> list[web.RouteDef]:
        version = "/{version:v1|v1beta}/models"
        gateway = partial(self.answer, gateway=True)
        return [
            web.get(version, partial(self.answer, gateway=False, make=_google)),
            web.get(version + "/{model}", self.one),
            web.get("/apiyi/v1beta/models", partial(gateway, make=_google)),
            web.get("/apiyi/v1/models", partial(gateway, make=_openai)),
            web.get("/evolink/v1/models", partial(gateway, make=_openai)),
            web.get("/toapis/v1/models", partial(gateway, make=_openai)),
        ]

    async def answer(
        self, request: web.Request, *, gateway: bool, make: Callable[[], Body]
    ) -> web.Response:
        """All models; or why this key may not see them."""
        return self._refusal(request, gateway=gateway) or web.json_response(make())

    async def one(self, request: web.Request) -> web.Response:
        """Google's word on one model."""
        refused = self._refusal(request, gateway=False)
        if refused is not None:
            return refused
        name, version = request.match_info["model"], request.match_info["version"]
        if name in SERVED:
            return web.json_response(_model(name))
        missing = unknown_model(name, version)
        return web.json_response(missing.body(gateway=False, request_id=""), status=404)

    def _refusal(self, request: web.Request, *, gateway: bool) -> web.Response | None:
        word = refuse_freely(google_key(request, gateway=gateway))
        if word is None or word.refuse is None:
            return None
        refused = word.refuse("", 0).by(gateway=gateway)
        body = refused.body(gateway=gateway, request_id="0")
        return web.json_response(body, status=refused.http_status)


def _google() -> Body:
    return {"models": [_model(name) for name in SERVED]}


def _model(name: str) -> Body:
    return {
        "name": f"models/{name}",
        "version": "001",
        "displayName": name.replace("-", " ").title(),
        "inputTokenLimit": 65536,
        "outputTokenLimit": 32768,
        "supportedGenerationMethods": list(METHODS),
        "thinking": bool(SERVED[name].thinking),
    }


def _openai() -> Mapping[str, object]:
    listed = [
        {"id": name, "object": "model", "created": CREATED, "owned_by": "google"} for name in SERVED
    ]
    return {"object": "list", "data": listed}
