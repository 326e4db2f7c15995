"""How the stand-in says no, in Google's words and in a gateway's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]

TYPE = "type.googleapis.com/google.rpc."

SHELL_CODES: Mapping[str, str] = {
    "UNAUTHENTICATED": "invalid_api_key",
    "INVALID_ARGUMENT": "invalid_request",
    "NOT_FOUND": "model_not_found",
    "RESOURCE_EXHAUSTED": "rate_limit_exceeded",
}


@dataclass(eq=False)
class Rejection(Exception):
    """An HTTP error: Google's code and status word, its sentence, and details by their type.

    `shell_code` is what the gateway's error body says instead, where that is known; `at_gateway`
    is what a gateway answers where it is another error altogether.
    """

    http_status: int
    status: str
    message: str
    details: tuple[Body, ...] = ()
    shell_code: str | None = None
    at_gateway: "Rejection | None" = None

    def by(self, *, gateway: bool) -> "Rejection":
        """This error as Google or (`gateway`) as API易 means it."""
        return self.at_gateway if gateway and self.at_gateway else self

    def body(self, *, gateway: bool, request_id: str) -> Body:
        """The JSON body, as Google or (`gateway`) as API易 sends it."""
        if gateway:
            code = self.shell_code or SHELL_CODES.get(self.status, self.status.lower())
            message = f"{self.message} (request id: {request_id})"
            return {
                "error": {
                    "message": message,
                    "localized_message": message,
                    "type": "shell_api_error",
                    "param": str(self.http_status),
                    "code": code,
                }
            }
        error: Body = {
            "code": self.http_status,
            "message": self.message,
            "status": self.status,
        }
        if self.details:
            error["details"] = list(self.details)
        return {"error": error}


def bad_key() -> Rejection:
    message = "API key not valid. Please pass a valid API key."
    return Rejection(
        400,
        "INVALID_ARGUMENT",
        message,
        (
            {
                "@type": TYPE + "ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
                "metadata": {"service": "generativelanguage.googleapis.com"},
            },
            {"@type": TYPE + "LocalizedMessage", "locale": "en-US", "message": message},
        ),
        at_gateway=bad_token(),
    )


def bad_token() -> Rejection:
    return Rejection(401, "UNAUTHENTICATED", "无效的令牌")


def invalid(message: str, field: str | None = None) -> Rejection:
    """A request that is not as the schema says; `field` is the path Google names in details."""
    if field is None:
        return Rejection(400, "INVALID_ARGUMENT", message)
    violation = {"field": field, "description": message} if field else {"description": message}
    return Rejection(
        400,
        "INVALID_ARGUMENT",
        message,
        ({"@type": TYPE + "BadRequest", "fieldViolations": [violation]},),
    )


def unknown_model(model: str, version: str) -> Rejection:
    return Rejection(
        404,
        "NOT_FOUND",
        f"models/{model} is not found for API version {version}, or is not supported for "
        "generateContent. Call ListModels to see the list of available models and their "
        "supported methods.",
    )


def prepaid_used_up() -> Rejection:
    message = (
        "Your prepayment credits are depleted. Please go to AI Studio at "
        "https://ai.studio/projects to manage your project and billing."
    )
    return Rejection(429, "RESOURCE_EXHAUSTED", message)


def cap_reached() -> Rejection:
    message = (
        "Your project has exceeded its monthly spending cap. Please go to AI Studio at "
        "https://ai.studio/spend to manage your project spend cap."
    )
    return Rejection(429, "RESOURCE_EXHAUSTED", message)


def balance_too_low(http_status: int = 403) -> Rejection:
    """A gateway's, which has no equal at Google."""
    message = "用户额度不足, 剩余额度: ＄0.012000, 需要预扣费额度: ＄0.090000"
    code = "insufficient_user_quota"
    return Rejection(http_status, "PERMISSION_DENIED", message, shell_code=code)


def key_used_up() -> Rejection:
    """A gateway's, for a key with a limit of its own."""
    message = "该令牌额度已用尽 TokenStatusExhausted"
    code = "pre_consume_token_quota_failed"
    return Rejection(403, "PERMISSION_DENIED", message, shell_code=code)


def no_channel(model: str) -> Rejection:
    message = f"当前分组 default 下对于模型 {model} 无可用渠道"
    return Rejection(503, "UNAVAILABLE", message, shell_code="model_not_found")


def payload_too_large(limit: int) -> Rejection:
    return invalid(f"Request payload size exceeds the limit: {limit} bytes.")


def bad_input() -> Rejection:
    return invalid(
        "Unable to process input image. Please retry or report in "
        "https://developers.generativeai.google/guide/troubleshooting"
    )


def quota(quota_id: str, *, limit: str, retry: str | None, model: str) -> Rejection:
    """A 429 with the limit that was hit; `retry` as in "2s" asks to come back after it."""
    metric = "generativelanguage.googleapis.com/generate_content_paid_tier_requests"
    if "FreeTier" in quota_id:
        metric = metric.replace("paid", "free")
    message = (
        "You exceeded your current quota, please check your plan and billing details. For more "
        "information on this error, head over to: "
        "https://ai.google.dev/gemini-api/docs/rate-limits. \n"
        f"* Quota exceeded for metric: {metric}, limit: {limit}, model: {model}"
    )
    help_link = {
        "description": "Learn more about Gemini API quotas",
        "url": "https://ai.google.dev/gemini-api/docs/rate-limits",
    }
    violation = {
        "quotaMetric": metric,
        "quotaId": quota_id,
        "quotaDimensions": {"location": "global", "model": model},
        "quotaValue": limit,
    }
    details: list[Body] = [
        {"@type": TYPE + "Help", "links": [help_link]},
        {"@type": TYPE + "QuotaFailure", "violations": [violation]},
    ]
    if retry:
        message += f"\nPlease retry in {retry}."
        details.append({"@type": TYPE + "RetryInfo", "retryDelay": retry})
    return Rejection(429, "RESOURCE_EXHAUSTED", message, tuple(details))
