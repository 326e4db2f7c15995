### 发生了什么，接下来怎么办。“没有扣除任何积分”由卡片补上。

refusal-empty-prompt = 请写明图片要画什么：提示词是空的。
refusal-prompt-too-long = 提示词有 { $length } 个字符，最多 { $limit } 个。请缩短后再试。
refusal-unknown-model = 这里没有模型“{ $model }”。请从列表中选择：{ $known }。
refusal-aspect-ratio = { $model } 不能画 { $aspect_ratio }。可用：{ $supported }。
refusal-resolution = { $model } 不能画 { $resolution }。可用：{ $supported }。
refusal-reference-images = { $model } 最多接受 { $limit } 张图片，你给了 { $given } 张。请减少几张。
refusal-not-enough-credits = 这需要 { $needed } 积分，你有 { $available } 积分。可以减少张数、降低分辨率或换便宜的模型；`/balance` 可查看余额。
refusal-shutting-down = 机器人正在重启。请一分钟后再试。
refusal-job-unknown = 找不到这张图片的记录了。请用 `/imagine` 重新制作。
refusal-not-a-picture = “{ $name }”不是可用的图片。请发送能在你的设备上打开的 PNG、JPEG、WebP 或 GIF 文件。
refusal-picture-too-heavy = “{ $name }”有 { $size } MB，最大 { $limit } MB。请发送更小的文件。
refusal-too-many-pixels = “{ $name }”有 { $megapixels } 百万像素，最多 { $limit }。请缩小后再发送。

error-settings = 机器人还没有设置好。请告诉运行它的人。
error-storage = 机器人暂时无法保存你的请求。请一分钟后再试。
error-discord-unreachable = 连不上 Discord。请检查网络后再试。
error-delivery-failed = 图片已完成，但 Discord 没有在这里接收它。请确认机器人可以在本频道发言和上传文件，然后再试。
error-interrupted = 制作图片时机器人重启了，任务已停止。可以随时重新运行命令。
error-unexpected = 机器人出了问题。请再试一次；如果一直这样，请把这个代码告诉运行它的人：{ $reference }。

provider-rate_limited = 现在制作的图片太多。{ $wait ->
    [0] 请一分钟后再试。
   *[other] 请大约 { $wait } 秒后再试。
}
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
