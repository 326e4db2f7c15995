### /batch: a list of prompts that is drawn as one.

batch-description = Draw a list of up to 50 prompts from a file; without a file, your batches
option-batch-file = Text with one prompt a line, or a CSV: prompt, model, aspect_ratio, resolution, count

batch-faults = { $count ->
    [one] 📚 **One line cannot be drawn, so nothing was started.**
   *[other] 📚 **{ $count } lines cannot be drawn, so nothing was started.**
}
batch-fault = **Line { $line }:** { $why }
batch-more = … and { $count } more
batch-nothing-held = Nothing was held or charged. Fix the file and send it again.

batch-asked = { $count ->
    [one] 📚 **Draw one picture for { $price }?**
   *[other] 📚 **Draw { $count } pictures for { $price }?**
}
batch-asked-changed = { $count ->
    [one] 📚 **The price has changed. Draw one picture for { $price }?**
   *[other] 📚 **The price has changed. Draw { $count } pictures for { $price }?**
}
batch-asked-payer = { $count ->
    [one] 📚 **Who would pay has changed. Draw one picture for { $price }?**
   *[other] 📚 **Who would pay has changed. Draw { $count } pictures for { $price }?**
}
batch-sort = { $count } × { $model } · { $resolution } · { $each } each: { $price }
button-batch-draw = { $count ->
    [one] Draw one picture for { $price }
   *[other] Draw { $count } pictures for { $price }
}

batch-title = { $count ->
    [one] 📚 **Batch** · one picture for { $price }
   *[other] 📚 **Batch** · { $count } pictures for { $price }
}
batch-title-named = { $count ->
    [one] 📚 **Batch `{ $batch }`** · one picture for { $price }
   *[other] 📚 **Batch `{ $batch }`** · { $count } pictures for { $price }
}
batch-by = Handed in by { $member }
batch-bar = { $bar } { $done }
batch-drawn = ✅ { $count } drawn
batch-refused = 🚫 { $count } refused
batch-failed = ⚠️ { $count } failed
batch-cancelled = ✖️ { $count } cancelled
batch-running = 🎨 { $count } being drawn
batch-waiting = 🕒 { $count } waiting
batch-cancelling = Being cancelled: what is drawn stays, and nothing else is charged.
batch-kept = The pictures cannot be posted here or sent to you just now. They are kept: `/batch` gives them to you.

batch-pictures = 📚 From batch `{ $batch }`
select-batch-picture = Open a picture with its buttons…
batch-over = **Done** · { $paid }
batch-over-cancelled = **Cancelled**, and what was drawn before stays · { $paid }
batch-archive = All pictures, and `manifest.csv` with what became of each line:
batch-archive-one = Archive { $first } of { $of }
batch-archive-part = Archives { $first } to { $last } of { $of }
batch-archive-list = `manifest.csv` in the first says what became of each line.
batch-archive-there = 🗜️ All pictures in one archive: { $link }
batch-missing = **Line { $line }** { $what }: { $words }
batch-missing-free = What is missing was not charged.
batch-fate-refused = was refused by the picture service
batch-fate-failed = failed

batch-mine = 📚 **Your batches**
batch-how = For a new one use `/batch` with a file: text with one prompt a line, where `#` begins a comment, or a CSV.
batch-label = { $batch } · { $count ->
    [one] { $count } picture
   *[other] { $count } pictures
} · { $words }
select-batch = Get the pictures of a batch…

limit-fit = { $fit ->
    [0] Not even its first line would fit.
    [one] Its first line alone would fit.
   *[other] Its first { $fit } lines would fit.
}

refusal-list-missing = You have no batch yet. Use `/batch` with a `file`: text with one prompt a line, where `#` begins a comment, or a CSV with a column `prompt`.
refusal-list-too-large = The file is { $size } KB; { $limit } KB is the most. Split it.
refusal-not-text = The file is not text in UTF-8. Save it again with that encoding (in a spreadsheet “CSV UTF-8”), and send that.
refusal-no-table = The CSV cannot be read from line { $line } on: a quotation mark may be missing there, or be one too many.
refusal-no-prompts = There is no prompt in the file. Write one on each line; lines that begin with `#` are comments.
refusal-too-many-prompts = The file has { $given } prompts; { $limit } is the most. Split it.
refusal-no-prompt-column = The first line of a CSV names its columns, and one must be `prompt`. There may be: { $known }.
refusal-unknown-column = The CSV has a column “{ $column }” that is unknown or there twice. There may be: { $known }.
refusal-not-one-of = “{ $value }” cannot be the { $column }. Choose one of: { $supported }.
refusal-cells-left-over = The line has more cells than there are columns. Put a prompt that has commas in quotation marks.
refusal-batch-unknown = This batch is not known any more, or is somebody else's. `/batch` shows yours.
refusal-batch-empty = This batch has no pictures to give you: none is done yet, or they were deleted.
refusal-batch-over = This batch has ended already. Look at its card.
