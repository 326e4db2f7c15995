"""How each task upstream words its answers, and reads what is its own in a request.

Said apart from the bot's own dialects, so that each tests the other.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from bot.demo.rejection import Body
from bot.demo.wish import Wish, check, find_unknown, listed, make_wish, served, text

CREATED = 1757165031
"""What every task says of when it was created."""


@dataclass(frozen=True, slots=True)
class Declined:
    """An HTTP error; a `body` of text is a web page."""

    status: int
    body: Body | str
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What a poll finds: at work, a failure by its name here, or the address of a picture."""

    id: str
    model: str
    at_work: bool = False
    failure: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is posted to a task's `callback_url`."""

    body: bytes
    headers: Mapping[str, str]


class Manner(Protocol):
    """One upstream's. `read` gives the problem beside what it read; "model" for an unknown one.

    `notice` is how it tells of a task's end; None where it would not.
    """

    @property
    def name(self) -> str: ...
    @property
    def models(self) -> frozenset[str]: ...
    def balance(self, *, broke: bool) -> Body: ...
    def read(self, body: Any) -> tuple[Wish, str]: ...
    def decline(self, reason: str, problem: str = "", *, seconds: int = 2) -> Declined: ...
    def task_id(self, dice: Random) -> str: ...
    def created(self, task_id: str, model: str) -> Body: ...
    def state(self, state: State) -> Body: ...
    def stored(self, name: str, url: str, mime: str, size: int) -> Body: ...
    def notice(self, state: State, *, secret: str, event: str, at: int) -> Notice | None: ...


@dataclass(frozen=True, slots=True)
class _EvoLink:
    name = "evolink"
    models = frozenset(
        {
            "gemini-3.1-flash-image-preview",
            "gemini-3-pro-image-preview",
            "gemini-2.5-flash-image",
            "gemini-3.1-flash-lite-image",
            "nano-banana-2-lite",
            "nano-banana-beta",
            "nano-banana-2-beta",
        }
    )
    fields = frozenset(
        {"model", "prompt", "size", "quality", "image_urls", "model_params", "callback_url"}
    )

    def balance(self, *, broke: bool) -> Body:
        return {
            "success": True,
            "data": {
                "token": {
                    "remaining_credits": 99999,
                    "used_credits": 12.8,
                    "unlimited_credits": True,
                },
                "user": {"remaining_credits": 0 if broke else 84.5, "used_credits": 15.5},
            },
        }

    def read(self, body: Any) -> tuple[Wish, str]:
        root = body if isinstance(body, dict) else {}
        ratio, size = root.get("size", "auto"), root.get("quality", "2K")
        model = text(root, "model")
        if served(model) == "gemini-2.5-flash-image":
            size = root.get("quality", "1K")
        wish = make_wish(
            root,
            prompt=text(root, "prompt"),
            ratio=str(ratio),
            size=str(size),
            mime="image/png",
            urls=listed(root.get("image_urls")),
        )
        limit = 1000 if served(model) == "gemini-2.5-flash-image" else 2000
        found = check(body, wish, models=self.models, limit=limit, ratio=str(ratio), size=str(size))
        return wish, found or find_unknown(body, self.fields)

    def decline(self, reason: str, problem: str = "", *, seconds: int = 2) -> Declined:
        soon = f"retry after {seconds} seconds"
        rows: dict[str, tuple[int, str, str, str | None]] = {
            "request": (400, "invalid_request_error", problem or "Invalid request", None),
            "upload": (400, "invalid_request_error", "Unsupported file type", None),
            "key": (401, "authentication_error", "Invalid API key", None),
            "balance": (402, "insufficient_quota_error", "Insufficient account balance", None),
            "cap": (402, "token_quota_exceeded", "This key's quota is used up", None),
            "daily": (402, "token_daily_quota_exceeded", "This key's daily quota is used up", None),
            "forbidden": (403, "permission_error", "Access denied", None),
            "no model": (404, "model_not_found", "Model not found", None),
            "no task": (404, "not_found_error", "Task not found", None),
            "too large": (413, "request_too_large_error", "Request too large", None),
            "busy": (429, "rate_limit_error", "Too many requests", soon),
            "internal": (500, "internal_server_error", "Internal error", None),
            "overloaded": (503, "service_unavailable_error", "Busy", "retry after 30 seconds"),
            "deadline": (504, "gateway_timeout_error", "Timed out", None),
        }
        # Of a key's limits it has the whole and the day's.
        status, kind, message, advice = rows["cap" if reason == "hourly" else reason]
        error: Body = {"code": status, "message": message, "type": kind, "param": ""}
        if kind.startswith("token_"):
            error["code"] = kind
        if advice:
            error["fallback_suggestion"] = advice
        return Declined(status, {"error": error})

    def task_id(self, dice: Random) -> str:
        return f"task-unified-{CREATED}-{dice.getrandbits(40):010x}"

    def created(self, task_id: str, model: str) -> Body:
        return {
            **self._task(task_id, model, "pending", 0),
            "usage": {
                "billing_rule": "per_call",
                "credits_reserved": 1.6,
                "user_group": "default",
            },
        }

    def state(self, state: State) -> Body:
        if state.at_work:
            return self._task(state.id, state.model, "processing", 40)
        if state.failure is None:
            done = self._task(state.id, state.model, "completed", 100)
            return {**done, "results": [state.url], "result_data": [{"image_url": state.url}]}
        codes = {
            "policy": ("content_policy_violation", "The prompt was blocked by a content policy."),
            "picture": ("image_processing_error", "A reference image could not be read."),
            "nothing": ("generation_failed_no_content", "The model returned no picture."),
        }
        code, message = codes[state.failure]
        failed = self._task(state.id, state.model, "failed", 0)
        return {**failed, "error": {"code": code, "message": message, "type": "task_error"}}

    def stored(self, name: str, url: str, mime: str, size: int) -> Body:
        data = {
            "file_id": f"file_{name.partition('.')[0]}",
            "file_name": name,
            "file_size": size,
            "mime_type": mime,
            "file_url": url,
            "download_url": url + "?download=1",
        }
        return {"success": True, "code": 200, "msg": "ok", "data": data}

    def notice(self, state: State, *, secret: str, event: str, at: int) -> Notice | None:
        del secret, event, at
        return _unsigned(self.state(state))

    def _task(self, task_id: str, model: str, status: str, progress: int) -> Body:
        return {
            "created": CREATED,
            "id": task_id,
            "model": model,
            "object": "image.generation.task",
            "progress": progress,
            "status": status,
            "task_info": {"can_cancel": True, "estimated_time": 45},
            "type": "image",
        }


@dataclass(frozen=True, slots=True)
class _ToApis:
    name = "toapis"
    models = frozenset(
        {
            "gemini-3.1-flash-image-preview",
            "gemini-3-pro-image-preview",
            "gemini-2.5-flash-image-preview",
            "nano-banana",
            "nano-banana-pro",
        }
    )
    fields = frozenset({"model", "prompt", "size", "n", "metadata", "image_urls", "callback_url"})

    def balance(self, *, broke: bool) -> Body:
        return {
            "success": True,
            "remain_balance": 0 if broke else 100.0,
            "used_balance": 25.5,
            "unlimited_quota": False,
        }

    def read(self, body: Any) -> tuple[Wish, str]:
        root = body if isinstance(body, dict) else {}
        metadata = root.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        ratio, size = root.get("size", "1:1"), metadata.get("resolution", "1K")
        model = text(root, "model")
        urls = [url["url"] if isinstance(url, dict) and "url" in url else url
                for url in listed(root.get("image_urls"))]  # fmt: skip
        wish = make_wish(
            root,
            prompt=text(root, "prompt"),
            ratio=str(ratio),
            size=str(size),
            mime="image/png",
            urls=urls,
        )
        limit = 20000 if served(model) == "gemini-3.1-flash-image" else 1000
        problem = check(
            body, wish, models=self.models, limit=limit, ratio=str(ratio), size=str(size)
        )
        if not problem and (type(root.get("n", 1)) is not int or root.get("n", 1) != 1):
            problem = "n must be the number 1"
        return wish, problem or find_unknown(body, self.fields)

    def decline(self, reason: str, problem: str = "", *, seconds: int = 2) -> Declined:
        rows: dict[str, tuple[int, str, str]] = {
            "request": (400, "invalid_request", problem or "参数错误"),
            "key": (401, "invalid_api_key", "无效的令牌"),
            "balance": (402, "insufficient_quota", "额度不足"),
            "cap": (402, "insufficient_quota", "令牌额度已用尽"),
            "hourly": (402, "insufficient_quota", "令牌本小时额度已用尽"),
            "daily": (402, "insufficient_quota", "令牌今日额度已用尽"),
            "forbidden": (403, "forbidden", "没有权限"),
            "no model": (404, "model_not_found", "模型不存在"),
            "no task": (404, "task_not_found", "任务不存在"),
            "too large": (413, "payload_too_large", "请求过大"),
            "busy": (429, "rate_limit_exceeded", "请求过于频繁"),
            "internal": (500, "internal_error", "服务器内部错误"),
            "overloaded": (503, "service_unavailable", "服务繁忙"),
            "deadline": (504, "gateway_timeout", "网关超时"),
        }
        if reason == "upload":
            return Declined(400, {"success": False, "message": "不支持的文件类型"})
        status, code, message = rows[reason]
        wait = {"Retry-After": str(seconds)} if reason == "busy" else None
        return Declined(status, {"error": {"code": code, "message": message}}, wait)

    def task_id(self, dice: Random) -> str:
        return f"task_img_{dice.getrandbits(64):016x}"

    def created(self, task_id: str, model: str) -> Body:
        return {**self._task(task_id, model, "queued", 0), "metadata": {}}

    def state(self, state: State) -> Body:
        if state.at_work:
            return self._task(state.id, state.model, "in_progress", 40)
        if state.failure is None:
            done = self._task(state.id, state.model, "completed", 100)
            result = {"type": "image", "data": [{"url": state.url}]}
            return {**done, "expires_at": CREATED + 86400, "result": result}
        codes = {
            "policy": ("content_policy_violation", "内容违规"),
            "picture": ("generation_failed", "the reference image could not be read"),
            "nothing": (
                "generation_failed",
                "call upstream API failed: upstream returned status 500",
            ),
        }
        code, message = codes[state.failure]
        failed = self._task(state.id, state.model, "failed", 0)
        return {**failed, "error": {"code": code, "message": message}}

    def stored(self, name: str, url: str, mime: str, size: int) -> Body:
        data = {"id": name.partition(".")[0], "url": url, "mime_type": mime, "size": size}
        return {"success": True, "data": data}

    def notice(self, state: State, *, secret: str, event: str, at: int) -> Notice | None:
        """Signed with the secret that its key is set up with; without one there are none."""
        if not secret:
            return None
        kind = "generation.failed" if state.failure else "generation.completed"
        told = {"id": event, "type": kind, "created_at": at, "data": self.state(state)}
        body = json.dumps(told, ensure_ascii=False).encode()
        signed = hmac.new(secret.encode(), f"{event}.{at}.".encode() + body, hashlib.sha256)
        return Notice(
            body,
            {
                "Content-Type": "application/json",
                "X-ToAPIs-Webhook-Id": event,
                "X-ToAPIs-Webhook-Timestamp": str(at),
                "X-ToAPIs-Webhook-Signature": f"v1={signed.hexdigest()}",
            },
        )

    def _task(self, task_id: str, model: str, status: str, progress: int) -> Body:
        return {
            "id": task_id,
            "object": "generation.task",
            "model": model,
            "status": status,
            "progress": progress,
            "created_at": CREATED,
        }


@dataclass(frozen=True, slots=True)
class _AiVideoApi:
    name = "aivideoapi"
    models = frozenset({"nano-banana-2"})
    outer = frozenset({"model", "callback_url", "input"})
    inner = frozenset({"prompt", "resolution", "aspect_ratio", "output_format", "image_urls"})

    def balance(self, *, broke: bool) -> Body:
        return {"code": 200, "msg": "success", "data": {"credits": 0 if broke else 320}}

    def read(self, body: Any) -> tuple[Wish, str]:
        root = body if isinstance(body, dict) else {}
        given = root.get("input")
        wanted = given if isinstance(given, dict) else {}
        ratio, size = wanted.get("aspect_ratio", "auto"), wanted.get("resolution", "1K")
        form = wanted.get("output_format", "jpg")
        wish = make_wish(
            root,
            prompt=text(wanted, "prompt"),
            ratio=str(ratio),
            size=str(size),
            mime="image/png" if form == "png" else "image/jpeg",
            urls=listed(wanted.get("image_urls")),
        )
        problem = check(
            body, wish, models=self.models, limit=20000, ratio=str(ratio), size=str(size)
        )
        if not problem and (form not in ("jpg", "png") or size == "0.5K"):
            problem = "unsupported output_format or resolution"
        return wish, problem or find_unknown(body, self.outer) or find_unknown(wanted, self.inner)

    def decline(self, reason: str, problem: str = "", *, seconds: int = 2) -> Declined:
        del seconds
        rows: dict[str, tuple[int, str, str]] = {
            "request": (400, "invalid_request", problem or "Invalid request"),
            "key": (401, "invalid_api_key", "Invalid API key"),
            "balance": (402, "insufficient_credits", "Insufficient credits"),
            "forbidden": (403, "ip_not_allowed", "This address is not allowed"),
            "no model": (404, "model_not_found", "Model not found"),
            "no task": (404, "task_not_found", "Task not found"),
            "too large": (413, "invalid_request", "Request too large"),
            "busy": (429, "rate_limit_exceeded", "Too many requests"),
            "cap": (429, "spend_limit_exceeded", "The total spend limit is reached"),
            "hourly": (429, "spend_limit_exceeded", "The hourly spend limit is reached"),
            "daily": (429, "spend_limit_exceeded", "The daily spend limit is reached"),
            "internal": (500, "internal_error", "Internal error"),
            "overloaded": (503, "upstream_error", "The upstream is unavailable"),
            "deadline": (504, "upstream_timeout", "The upstream timed out"),
        }
        status, code, message = rows[reason]
        return Declined(status, {"error": {"code": code, "message": message, "type": "api_error"}})

    def task_id(self, dice: Random) -> str:
        digits = f"{dice.getrandbits(128):032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def created(self, task_id: str, model: str) -> Body:
        del model
        return {"code": 200, "msg": "success", "data": {"taskId": task_id}}

    def state(self, state: State) -> Body:
        task: Body = {
            "id": state.id,
            "status": "processing",
            "model": state.model,
            "created_at": "2026-11-20T12:00:00Z",
            "completed_at": None,
            "progress": None,
        }
        if state.at_work:
            return task
        finished = {**task, "completed_at": "2026-11-20T12:00:02Z"}
        if state.failure is None:
            metadata = {"model": state.model, "costTime": 70}
            output = {"urls": [state.url], "metadata": metadata}
            return {**finished, "status": "completed", "output": output}
        messages = {
            "policy": "The request was rejected by the safety policy.",
            "picture": "A reference image could not be fetched.",
            "nothing": "The model returned nothing.",
        }
        error = {"code": "upstream_error", "message": messages[state.failure]}
        return {**finished, "status": "failed", "error": error}

    def stored(self, name: str, url: str, mime: str, size: int) -> Body:
        raise NotImplementedError("aivideoapi stores no files")

    def notice(self, state: State, *, secret: str, event: str, at: int) -> Notice | None:
        del secret, event, at
        return _unsigned(self.state(state))


def _unsigned(body: Body) -> Notice:
    text = json.dumps(body, ensure_ascii=False)
    return Notice(text.encode(), {"Content-Type": "application/json"})


EVOLINK: Manner = _EvoLink()
TOAPIS: Manner = _ToApis()
AIVIDEOAPI: Manner = _AiVideoApi()
