"""What a person reads of a refusal that Instagram and Facebook share; `{label}` is which of the two."""

TROUBLE = "{label} is experiencing issues."
EXPIRED = "Your {label} connection expired. Please reconnect to publish."
SCOPES = "{label} did not allow this with the permissions given. Reconnect the account and leave every permission on."
PAUSED = "{label} asked for a pause. The post continues automatically when it ends."
FETCH = "{label} could not fetch the file."
SPAM = (
    "{label} suspects spam and holds this account back. Posts to it are paused for some hours; check the {label} "
    "app for anything it asks of you."
)
ACCOUNT = "{label} restricts this account. Open the {label} app, do what it asks there, then reconnect."
GUIDELINES = "{label} says that this post breaks its rules. Change it before you send it again."
QUOTA = "{label}'s daily post limit for this account is reached. Your post is published as soon as the limit allows it."
AGAIN = "{label} lost what was prepared for this post."
FORMAT = "{label} cannot use this file's format."
