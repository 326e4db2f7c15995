### /batch：把一列提示词当作一批来绘制。

batch-description = 从文件绘制最多 50 条提示词；不带文件则查看你的批次
option-batch-file = 每行一条提示词的文本，或 CSV：prompt、model、aspect_ratio、resolution、count

batch-faults = 📚 **有 { $count } 行无法绘制，因此没有开始绘制。**
batch-fault = **第 { $line } 行：** { $why }
batch-more = ……还有 { $count } 项
batch-nothing-held = 没有冻结或扣除任何积分。请改好文件后重新发送。

batch-asked = 📚 **要用 { $price } 绘制 { $count } 张图片吗？**
batch-asked-changed = 📚 **价格变了。要用 { $price } 绘制 { $count } 张图片吗？**
batch-asked-payer = 📚 **付款方变了。要用 { $price } 绘制 { $count } 张图片吗？**
batch-sort = { $count } × { $model } · { $resolution } · 每张 { $each }，共 { $price }
button-batch-draw = 用 { $price } 绘制 { $count } 张图片

batch-title = 📚 **批次** · { $count } 张图片，共 { $price }
batch-title-named = 📚 **批次 `{ $batch }`** · { $count } 张图片，共 { $price }
batch-by = 由 { $member } 提交
batch-bar = { $bar } { $done }
batch-drawn = ✅ 已画好 { $count } 张
batch-refused = 🚫 被拒绝 { $count } 张
batch-failed = ⚠️ 失败 { $count } 张
batch-cancelled = ✖️ 已取消 { $count } 张
batch-running = 🎨 正在画 { $count } 张
batch-waiting = 🕒 等待中 { $count } 张
batch-cancelling = 正在取消：已画好的会保留，其余不再扣除积分。
batch-kept = 图片暂时无法发到这里，也无法私信给你。它们已经保存：用 `/batch` 即可取回。

batch-pictures = 📚 来自批次 `{ $batch }`
select-batch-picture = 打开一张图片和它的按钮……
batch-over = **已完成** · { $paid }
batch-over-cancelled = **已取消**，之前画好的会保留 · { $paid }
batch-archive = 全部图片，以及说明每一行结果的 `manifest.csv`：
batch-archive-one = 压缩包 { $first }，共 { $of } 个
batch-archive-part = 压缩包 { $first } 至 { $last }，共 { $of } 个
batch-archive-list = 第一个里的 `manifest.csv` 说明每一行的结果。
batch-archive-there = 🗜️ 全部图片的压缩包：{ $link }
batch-missing = **第 { $line } 行**{ $what }：{ $words }
batch-missing-free = 缺少的图片没有扣除积分。
batch-fate-refused = 被图片服务拒绝
batch-fate-failed = 失败

batch-mine = 📚 **你的批次**
batch-how = 要开始新的一批，请给 `/batch` 附上文件：每行一条提示词的文本（以 `#` 开头的行是注释），或 CSV。
batch-label = { $batch } · { $count } 张图片 · { $words }
select-batch = 取回一个批次的图片……

limit-fit = { $fit ->
    [0] 连第一行也放不下。
   *[other] 最前面的 { $fit } 行放得下。
}

refusal-list-missing = 你还没有批次。请给 `/batch` 附上 `file`：每行一条提示词的文本（以 `#` 开头的行是注释），或带有 `prompt` 列的 CSV。
refusal-list-too-large = 文件有 { $size } KB，最多 { $limit } KB。请分成几个。
refusal-not-text = 文件不是 UTF-8 文本。请用这种编码重新保存（在表格软件里选“CSV UTF-8”）再发送。
refusal-no-table = CSV 从第 { $line } 行起无法读取：那里可能少了或多了一个引号。
refusal-no-prompts = 文件里没有提示词。请每行写一条；以 `#` 开头的行是注释。
refusal-too-many-prompts = 文件有 { $given } 条提示词，最多 { $limit } 条。请分成几个。
refusal-no-prompt-column = CSV 的第一行是列名，其中必须有 `prompt`。可以有：{ $known }。
refusal-unknown-column = CSV 里的列“{ $column }”未知或重复。可以有：{ $known }。
refusal-not-one-of = “{ $value }”不能用作 { $column }。请选择：{ $supported }。
refusal-cells-left-over = 这一行的单元格比列多。含有逗号的提示词请放在引号里。
refusal-batch-unknown = 找不到这个批次，或者它是别人的。用 `/batch` 查看你的批次。
refusal-batch-empty = 这个批次没有可取的图片：还没有画好，或者已被删除。
refusal-batch-over = 这个批次已经结束。请查看它的卡片。
