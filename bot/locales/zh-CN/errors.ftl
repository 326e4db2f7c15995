### 发生了什么，接下来怎么办。“没有扣除任何积分”由卡片补上。

refusal-empty-prompt = 请写明图片要画什么：提示词是空的。
refusal-prompt-too-long = 提示词有 { $length } 个字符，最多 { $limit } 个。请缩短后再试。
refusal-unknown-model = 这里没有模型“{ $model }”。请从列表中选择：{ $known }。
refusal-aspect-ratio = { $model } 不能画 { $aspect_ratio }。可用：{ $supported }。
refusal-resolution = { $model } 不能画 { $resolution }。可用：{ $supported }。
refusal-thinking = { $model } 不支持这个思考程度（{ $thinking }）。可选：{ $supported }。请不选此项，或换一个它支持的。
refusal-no-thinking = 在这里不能为 { $model } 选择思考程度。请不选此项，或换一个模型。
refusal-reference-images = { $model } 最多接受 { $limit } 张图片，你给了 { $given } 张。请减少几张。
refusal-not-enough-credits = 这需要 { $needed } 积分，你有 { $available } 积分。`/balance` 可查看余额。
refusal-too-few-credits = 这需要 { $needed } 积分，你有 { $available } 积分。请减少数量；`/balance` 可查看余额。
refusal-server-only = 这个命令只能在服务器中使用。请在服务器的频道里使用它。
refusal-gift-to-oneself = 这些积分本来就是你的。请选择别人。
refusal-bots-have-no-credits = 机器人没有积分。请选择一个人。
refusal-not-in-this-server = 这个人不在本服务器。请选择本服务器的成员。
refusal-daily-gifts = 你每天可以送出 { $limit } 积分，今天还剩 { $left }。
refusal-gift-over = 这份赠送不能再更改：它已经处理过、已超过一天，或者不是你的。请用 `/gift` 重新赠送。
refusal-team-exists = 本频道已经有团队了。`/team show` 可查看，`/team top-up` 可充值。
refusal-team-busy = 由团队付费的图片正在制作。请在完成后再试。
refusal-no-team = 这里没有团队。可以用 `/team create` 建立一个。
refusal-not-your-team = 只有团队的创建者或可以管理频道的人才能关闭它。你可以用 `/team leave` 改为自己付费。
refusal-shutting-down = 机器人正在重启。请一分钟后再试。
refusal-job-unknown = 找不到这张图片的记录了。请用 `/imagine` 重新制作。
refusal-may-not-use-here = 你在本频道不能使用应用，所以这里没有反应。请联系频道管理者，或换一个频道。
refusal-bot-may-not = { $lacks ->
    [seeing] 我看不到这个频道。请让频道管理者给我“查看频道”权限，换一个频道，或选择“仅自己可见”。
    [writing] 我不能在这个频道发消息。请让频道管理者给我“发送消息”权限，换一个频道，或选择“仅自己可见”。
    [threads] 我不能在这个子区发消息。请让频道管理者给我“在子区内发送消息”权限，换一个频道，或选择“仅自己可见”。
   *[other] 我不能在这个频道发图片。请让频道管理者给我“附加文件”权限，换一个频道，或选择“仅自己可见”。
}
refusal-age-restricted-only = 机器人的运行者规定只能在年龄限制频道中制作图片。请换到这样的频道。
refusal-not-your-picture = 只有作者或在这里可管理消息的人才能这样做。
refusal-too-late-to-cancel = 已经来不及取消：图片已画好，或任务已经结束。请查看它的卡片。
refusal-message-gone = 这条消息已被删除。可用 `/show` 找回图片。
refusal-nothing-before = 这张图片不是编辑得来的，没有更早的版本。
refusal-no-picture-there = 那条消息里没有图片。请选择带有附件图片或嵌入图片的消息。
refusal-nothing-to-edit = 没有可修改的图片：请附上图片，选择成员或表情，或先在消息菜单里选 **用作参考**。
refusal-no-such-emoji = “{ $emoji }” 不是自定义表情。请选择服务器自己的表情；键盘上的表情不是图片。
refusal-picture-unreachable = 无法取得 “{ $name }”。请保存后作为附件发送。
refusal-nothing-said = 请在回复里说明要改什么，并提及机器人或保留提醒。
refusal-not-a-picture = “{ $name }”不是可用的图片。请发送能在你的设备上打开的 PNG、JPEG、WebP 或 GIF 文件。
refusal-picture-too-heavy = “{ $name }”有 { $size } MB，最大 { $limit } MB。请发送更小的文件。
refusal-too-many-pixels = “{ $name }”有 { $megapixels } 百万像素，最多 { $limit }。请缩小后再发送。

error-settings = 机器人还没有设置好。请告诉运行它的人。
error-storage = 机器人暂时无法保存你的请求。请一分钟后再试。
error-commit-unknown = 机器人保存你的请求时数据库断开了，目前还不知道请求是否已被接受。请一分钟后用 /balance 查看：如果有为图片冻结的积分，说明已经接受；没有的话再重新发送。
error-ledger-wrong = 账本中有 { $found } 处对不上，为避免扣错积分，机器人没有启动。运行 `plantain ledger check` 查看是哪些；用 `plantain db restore` 恢复备份，或改正手工改动过的数据，然后重新启动。
error-discord-unreachable = 连不上 Discord。请检查网络后再试。
error-delivery-failed = 图片已完成，但 Discord 没有在这里接收它。请确认机器人可以在本频道发言和上传文件，然后再试。
error-picture-kept = 图片已完成，但 Discord 不允许在这里显示。图片已为你保留：使用 `/show` 并填写 `{ $job }` 即可取得。取得时才扣费，最迟一天后扣费。
error-interrupted = 制作图片时机器人重启了，无法得知那次制作的结果。可以随时重新运行命令。
error-cancelled = 你的请求已被取消（由你本人或可管理消息的人）。可以随时重新运行命令。
error-given-back = 机器人的运行者结束了这个请求。可以随时重新运行命令。
error-unexpected = 机器人出了问题。请再试一次；如果一直这样，请把这个代码告诉运行它的人：{ $reference }。

again-soon = 请一分钟后再试。
again-seconds = 请大约 { $wait } 秒后再试。
again-minutes = 请大约 { $wait } 分钟后再试。
again-hours = 请大约 { $wait } 小时后再试。
again-days = 请大约 { $wait } 天后再试。
provider-rate_limited = 现在制作的图片太多。{ $again }
provider-quota_daily = 这个模型今天的额度用完了。请换一个模型，或明天再来。
provider-billing_exhausted = 暂时无法制作图片。请稍后再试；如果一直这样，请告诉运行机器人的人。
provider-spend_limit = 暂时无法制作图片。请稍后再试；如果一直这样，请告诉运行机器人的人。
provider-overloaded = 图片服务过载。请几分钟后再试，或换一个模型。
provider-upstream_error = 图片服务出错了。请再试一次，通常很快就好。
provider-timeout_unknown = 没有及时收到回答。请再试一次；较小的分辨率更快。
provider-connect_failed = 连不上图片服务。请几分钟后再试。
provider-task_timeout = 图片花的时间太长。请再试一次；较小的分辨率更快。
provider-content_blocked = 图片服务因安全规则拒绝了这个请求。请换一种说法，或换一张图片。
provider-recitation = 结果会与受保护的作品过于相似。请用自己的话描述。
provider-no_image = 模型这次没有画出图片。请再试一次，或换一种说法。
provider-text_only = 模型用文字回答了，没有画图。请直接说明要画什么。
provider-truncated = 模型的回答被截断了。请缩短提示词。
provider-invalid_image = 图片服务无法使用你给的图片。请以 PNG 或 JPEG 发送。
provider-payload_too_large = 你的图片加起来太大。请减少张数或缩小图片。
provider-invalid_request = 图片服务不接受这个请求。请换其他选项。
provider-wrong_endpoint = 机器人还没有为这个模型设置好。请换一个模型。
provider-auth_invalid = 暂时无法制作图片。请稍后再试；如果一直这样，请告诉运行机器人的人。
provider-permission_denied = 暂时无法制作图片。请稍后再试；如果一直这样，请告诉运行机器人的人。
provider-region_blocked = 暂时无法制作图片。请稍后再试；如果一直这样，请告诉运行机器人的人。
provider-account_suspended = 暂时无法制作图片。请稍后再试；如果一直这样，请告诉运行机器人的人。
provider-model_unavailable = 这个模型目前不可用。请换一个模型。
provider-task_not_found = 图片在图片服务那里丢失了。请再试一次。
provider-malformed_response = 图片服务发来的不是图片。请再试一次。
provider-result_unavailable = 无法取回完成的图片。请再试一次。
provider-unsafe_url = 图片服务给的地址不安全，无法打开。请稍后再试。
provider-cancelled = 图片已取消。
provider-said = 模型说：{ $said }
