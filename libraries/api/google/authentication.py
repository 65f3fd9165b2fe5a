"""Where the vendor's clients put the key."""

from libraries.api.authentication import KeyAuthentication


class GoogleKeyAuthentication(KeyAuthentication):
    """`x-goog-api-key: KEY` and `?key=KEY`, beside `Authorization: Bearer KEY`."""

    header_names = ("x-goog-api-key",)
    query_parameters = ("key",)
