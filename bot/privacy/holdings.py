"""What is kept of whom, table by table: what an export takes and what forgetting does.

This list is the only one. `tests/privacy/test_holdings.py` refuses a table or a column that is new
and neither here nor among its exemptions.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holding:
    """One table, as far as it is about a member.

    `about` are its columns that name a member, or hold words or pictures of one, and that `forget`
    sees to: statements run in this order by whoever forgets, with `member_id`, `alias` (what takes
    its place), and both as the accounts `account` and `alias_account`. `export` is the statement
    that reads a member's rows, `LIMIT :most OFFSET :past`.
    """

    table: str
    about: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()
    export: str | None = None


HOLDINGS = (
    Holding("preferences", ("member_id",), ("forget_preferences",), "export_preferences"),
    Holding("kept_pictures", ("member_id",), ("forget_kept_pictures",), "export_kept_pictures"),
    Holding("confirmation_images", ("confirmation_id",), ("forget_asked_images",)),
    Holding("confirmation_characters", ("confirmation_id", "name"), ("forget_asked_characters",)),
    Holding(
        "confirmations",
        ("member_id", "prompt", "style_name", "style_words", "brought_by", "reply_token"),
        ("forget_asked", "rename_askings"),
        "export_confirmations",
    ),
    # Prompts and pictures of jobs go before all this, one by one: see `eraser`.
    Holding(
        "jobs",
        (
            *("member_id", "channel_id", "message_id", "interaction_id", "brought_by"),
            *("account_id", "prompt", "folded", "style_name", "style_words", "house_style"),
            *("said", "reply_token"),
        ),
        ("rename_jobs", "rename_bringings"),
        "export_jobs",
    ),
    Holding("turns", ("parts",), (), "export_turns"),
    Holding("job_characters", ("name",), (), "export_job_characters"),
    Holding("character_pictures", ("character_id",), ("forget_character_pictures",)),
    Holding(
        "characters", ("member_id", "name", "folded"), ("forget_characters",), "export_characters"
    ),
    Holding(
        "styles",
        ("owner_id", "name", "folded", "words", "set_by"),
        ("forget_styles", "rename_styles"),
        "export_styles",
    ),
    Holding("batch_lines", ("prompt",), ("forget_list_lines",), "export_batch_lines"),
    Holding("batch_posts", ("message_id",), ("forget_batch_messages",)),
    Holding(
        "batches",
        ("member_id", "pressed_by", "channel_id", "message_id", "reply_token"),
        ("forget_lists", "rename_batches"),
        "export_batches",
    ),
    Holding("gallery_views", ("member_id", "maker_id", "words"), ("forget_views",)),
    Holding("favourites", ("member_id",), ("forget_favourites",), "export_favourites"),
    Holding(
        "gallery_posts",
        ("posted_by", "message_id"),
        ("rename_gallery_posts", "forget_gallery_posts"),
        "export_gallery_posts",
    ),
    Holding("attempts", ("task_id",)),
    # The new name first, then what refers to it, then the old one goes.
    Holding("accounts", ("id",), ("copy_account",), "export_account"),
    Holding("reservations", ("account_id",), ("rename_reservations",)),
    Holding("entries", ("account_id",), ("rename_entries", "rename_job_accounts", "drop_account")),
    # The names in its reasons are found by reading them: see `forgetting`.
    Holding("movements", ("reason",), (), "export_entries"),
    Holding("usage", ("subject",), ("copy_usage", "rename_shares", "drop_usage"), "export_usage"),
    Holding("shares", ("subject",)),
    Holding("allowance_use", ("member_id",), ("rename_allowance_use",), "export_allowance_use"),
    Holding("allowance_shares", ("member_id",), ("rename_allowance_shares",)),
    Holding("team_members", ("member_id",), ("rename_team_members",), "export_team_members"),
    Holding("team_shares", ("member_id",), ("rename_team_shares",)),
    Holding("teams", ("made_by",), ("rename_teams",), "export_teams"),
    Holding(
        "gifts",
        ("from_id", "to_id", "note"),
        ("rename_gifts_from", "rename_gifts_to"),
        "export_gifts",
    ),
    Holding("gift_days", ("member_id",), ("forget_gift_day",)),
    Holding("limits", ("set_by",), ("rename_limits",), "export_limits"),
    Holding("allowances", ("set_by",), ("rename_allowances",)),
    Holding("alert_channels", ("set_by",), ("rename_outlets",)),
    Holding("guild_settings", ("set_by",), ("rename_houses",)),
    Holding("blocked_words", ("set_by",), ("rename_words",)),
    Holding("blocked_members", ("set_by",), ("rename_blocks",), "export_block"),
    Holding("exports", ("member_id",), ("forget_export",)),
    Holding("forgettings", ("member_id",)),
)
