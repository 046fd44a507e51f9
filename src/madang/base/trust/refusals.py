"""Why the rules of trust refuse, in words."""

from madang.kernel.module import refuser

REFUSALS: dict[str, str] = {
    "not_operator": "{by} is not the operator. Only the operator defines types and names who attests wallets.",
    "unknown_type": "There is no credential type {credential}. The operator defines it first.",
    "not_governor": "{by} does not govern {credential}; {governor} does. Ask it.",
    "not_institution": "{party} is no active institution. Name one that the operator appointed.",
    "not_verifier": "{party} is no active institution or merchant. Name one of these.",
    "twice": "Something is named twice. Name each digest, claim and origin once.",
    "dates": "It must count for some time, and {years} years at most: let it begin before it ends.",
    "leaked": "This key or certificate was withdrawn because its key leaked. Have a new one made.",
    "taken": "This key or certificate is another party's. Each party has its own.",
    "unknown_issuer": "{party} does not issue {credential}. Check both names.",
    "unknown_verifier": "{party} does not ask for {credential} for this purpose. Check all three names.",
    "unknown_provider": "{party} does not attest wallets. Check the name.",
    "withdrawn": "It is withdrawn from that time on already. Only an earlier time changes anything.",
}
refuse = refuser("trust", REFUSALS)
