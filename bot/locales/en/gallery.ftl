### /gallery, favourites, and a server's gallery channel.

gallery-description = Your past pictures in pages, to open, edit, star or delete
option-gallery-member = Somebody else's pictures in this server, where everybody may see them
option-gallery-search = Words that the prompt has, in any order
option-gallery-model = Which model drew them
option-gallery-since = From which day on; a date such as 2026-05-01 works, too
option-gallery-favourites = Only what you have starred
choice-since-today = today
choice-since-week = the last 7 days
choice-since-month = the last 30 days
choice-since-year = the last year

gallery-title = 🖼️ **Your pictures** · the newest first
gallery-title-starred = ⭐ **Your favourites** · the newest first
gallery-title-of = 🖼️ **Pictures of { $member } in this server** · the newest first
gallery-title-starred-of = ⭐ **Your favourites among the pictures of { $member } in this server** · the newest first
gallery-words = “{ $words }”
gallery-since = since { $day }
gallery-none = Nothing matches. Try fewer words, or a longer time.
gallery-empty = No pictures yet. `/imagine` makes one.
gallery-no-favourites = No favourites yet. Press **Favourite** below a picture.
gallery-alt = { $count ->
    [one] A thumbnail of { $count } picture
   *[other] Thumbnails of { $count } pictures, numbered in rows of three
}
gallery-line = **{ $number }** · { $words } · { $when }
gallery-line-by = { $line } · by { $member }
gallery-about = { $model } · { $pixels } · { $when } · `{ $job }`
gallery-starred = ⭐ One of your favourites
select-picture = Look at one…
button-newer = Newer
button-older = Older
button-open = Show here
button-delete = Delete
button-to-gallery = To the gallery channel

gallery-star-on = ⭐ **Added to your favourites.** `/gallery` with *favourites* shows them; press the star again to take it back.
gallery-star-off = **Removed from your favourites.**
gallery-posted = 🏛️ **In the gallery now:** { $channel } · { $link }
gallery-by = 🏛️ **A picture by { $member }**
gallery-chosen-by = Chosen by { $member }

modal-star-title = Favourite
modal-star-hint = If it is one already, the star is taken back.
modal-delete-posted = From where it was posted only
modal-delete-everywhere = From everywhere and for good
gallery-delete-hint = From where it was posted only: its card (of a batch, the messages and archives that have it) and what is in the gallery channel go, and you still have the picture here. For good: nobody can show or edit it any more. Credits are not given back either way.
gallery-delete-others-hint = Its card (of a batch, the messages and archives that have it) and what is in the gallery channel are removed, and from then on only its maker can see the picture.
