### Names and descriptions of commands and their options, as Discord shows them.

imagine-description = Make a picture from words
edit-description = Change your own picture with words
balance-description = What you have, may use here, and spent lately

gift-description = Give some of your credits to another member
option-gift-member = Who gets them
option-gift-credits = How many credits
option-gift-note = A few words for them

team-description = One pot of credits for this channel or thread
team-create-description = Open a pot that pays for the pictures made here
team-add-description = Let somebody who left pay from the pot again
team-leave-description = Pay for yourself here from now on
team-top-up-description = Put more of your credits into the pot
team-close-description = Close the pot; what is left goes back to those who paid in
team-show-description = What is in the pot, who paid in, who spent
option-team-name = What the team is called
option-team-credits = How many of your credits go into the pot
option-team-per_member = How many credits each member may spend of it in all; no limit if left out
option-team-expires = When it closes by itself; never if left out
option-team-member = Who left and may come back
choice-1-day = in 1 day
choice-7-days = in 7 days
choice-30-days = in 30 days
choice-never = never
option-balance-member = Somebody else's credits in this server; for those who may manage it

option-prompt = What the picture should show, in your own words
option-edit-prompt = What to change
option-model = Which model draws; the price depends on it
option-aspect_ratio = Width to height
option-resolution = How large; larger costs more
option-count = How many pictures
option-thinking = How long the model may think first; longer may cost more
option-image = A picture to work from
option-private = Only you see the result

option-edit-image = The picture to change
option-edit-member = Whose avatar to change, or to use with the picture
option-edit-emoji = A custom emoji to change, or to use with the picture

show-description = Bring a picture back, with its buttons
option-show-job = One of yours, or the letters at the end of any card here
option-show-private = Only you see it
menu-edit = Edit this picture
menu-keep = Use as reference
option-more-image = Another picture to use

choice-model = { $model } · { $price } at { $resolution }
thinking-minimal = minimal
thinking-medium = medium
thinking-high = high

quota-description = Limits, allowances and the pool of this server
quota-set-description = Limit what is made here: 0 allows nothing, none is no limit
quota-clear-description = Take a limit back; what held before holds again
quota-show-description = Every limit set here, what is used and left, and when it opens again
quota-allowance-description = Let each member with a role take credits from the pool
quota-clear-allowance-description = Take a role's allowance back
quota-fund-description = Put credits of your own into the server's pool
quota-grant-description = For whoever runs the bot: make credits
quota-take-description = For whoever runs the bot: take credits back
quota-refund-description = For whoever runs the bot: give back what a picture cost, once
quota-report-description = What pictures cost here, by member, model and channel, with a table
option-report-period = Which time it is about; this month if left out
option-report-everywhere = For whoever runs the bot: all servers together
quota-alerts-description = Where to tell that much of the pool or of a limit is used
option-alerts-channel = Which channel is told; where it goes now if nothing is chosen
option-alerts-to = Whom to tell in place of a channel
choice-alerts-owner = the server's owner, by message
choice-alerts-off = nobody
option-whose = Whose use is limited
option-measure = What is counted
option-amount = A whole number, or none for no limit; 0 allows nothing
option-limit-role = Which role, when the limit is for each member with a role
option-limit-member = Which member, when the limit is for one
option-allowance-role = Each member with this role; the highest role with an allowance counts
option-allowance-credits = How many credits each of them may take
option-period = How long that lasts before it is renewed
option-carry = How many unused credits may be carried over; 0 if left out
option-credits = How many credits
option-credits-member = Whose account; the server's pool if left out
option-reason = Why; it is kept with the credits
option-job = The last eight letters in the picture's file name, or its message's link
choice-whose-server = This server as a whole
choice-whose-everyone = Each member
choice-whose-role = Each member with a role
choice-whose-member = One member
period-day = a day
period-week = a week
period-month = a month
