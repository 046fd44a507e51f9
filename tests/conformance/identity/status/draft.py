"""What draft-ietf-oauth-status-list (version 20) states: lists, and tokens that bear one.

Long texts are stated by their SHA-256: what is made here is the draft's, bit for bit, if it has that digest.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Vector:
    """A list: its entries, the others being 0, and what it is as `lst` in JSON and as a whole in CBOR (in digests)."""

    name: str
    bits: Literal[1, 2, 4, 8]
    size: int
    statuses: dict[int, int]
    lst: str
    cbor: str


# Section 4: the two lists that the text makes step by step.
ONE_BIT = Vector(
    "1 bit, by hand",
    1,
    16,
    dict(enumerate([1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1])),
    "6a76d0f12791fa171139b05638ad65d13a944f80706d687a31a3b86e2a58fea7",
    "dc28b5168f94d8372f94c557b420f95fcd9e8a4a7515db144c86b0680a676ba8",
)
TWO_BITS = Vector(
    "2 bits, by hand",
    2,
    12,
    dict(enumerate([1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3])),
    "948aa59d2f98a61473d9f3aeec381d3fe98c8b8ec0ec9aa167a61563a6363f0d",
    "0916963ef41abbc5af34765cf49d4e270453692b76575fb24f1d5477611591ce",
)

# The appendix "Test vectors for Status List encoding": lists of 2^20 entries. Of the last, the place of each value.
PLACES = [0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345]
# fmt: off
FOUR_BIT_PLACES = [
    0, 1993, 35460, 459495, 595669, 754353, 845645, 923232, 924445, 934534, 1004534, 1000345, 1030203, 1030204, 1030205,
]
EIGHT_BIT_PLACES = [
    233478, 52451, 576778, 513575, 468106, 292632, 214947, 182323, 884834, 66653, 62489, 196493, 458517, 487925,
    55649, 416992, 879796, 462297, 942059, 583408, 13628, 334829, 886286, 713557, 582738, 326064, 451545, 705889,
    214350, 194502, 796765, 202828, 752834, 721327, 554740, 91122, 963483, 261779, 793844, 165255, 614839, 758403,
    403258, 145867, 96100, 477937, 606890, 167335, 488197, 211815, 797182, 582952, 950870, 765108, 341110, 776325,
    745056, 439368, 559893, 149741, 358903, 513405, 342679, 969429, 795775, 566121, 460566, 680070, 117310, 480348,
    67319, 661552, 841303, 561493, 138807, 442463, 659927, 445910, 1046963, 829700, 962282, 299623, 555493, 292826,
    517215, 551009, 898490, 837603, 759161, 459948, 290102, 1034977, 190650, 98810, 229950, 320531, 335506, 885333,
    133227, 806915, 800313, 981571, 527253, 24077, 240232, 559572, 713399, 233941, 615514, 911768, 331680, 951527,
    6805, 552366, 374660, 223159, 625884, 417146, 320527, 784154, 338792, 1199, 679804, 1024680, 40845, 234603,
    761225, 644903, 502167, 121477, 505144, 165165, 179628, 1019195, 145149, 263738, 269256, 996739, 346296, 555864,
    887384, 444173, 421844, 653716, 836747, 783119, 918762, 946835, 253764, 519895, 471224, 134272, 709016, 44112,
    482585, 461829, 15080, 148883, 123467, 480125, 141348, 65877, 692958, 148598, 499131, 584009, 1017987, 449287,
    277478, 991262, 509602, 991896, 853666, 399318, 197815, 203278, 903979, 743015, 888308, 862143, 979421, 113605,
    206397, 127113, 844358, 711569, 229153, 521470, 401793, 398896, 940810, 293983, 884749, 384802, 584151, 970201,
    523882, 158093, 929312, 205329, 106091, 30949, 195586, 495723, 348779, 852312, 1018463, 1009481, 448260, 841042,
    122967, 345269, 794764, 4520, 818773, 556171, 954221, 598210, 887110, 1020623, 324632, 398244, 622241, 456551,
    122648, 127837, 657676, 119884, 105156, 999897, 330160, 119285, 168005, 389703, 143699, 142524, 493258, 846778,
    251420, 516351, 83344, 171931, 879178, 663475, 546865, 428362, 658891, 500560, 557034, 830023, 274471, 629139,
    958869, 663071, 152133, 19535,
]
# fmt: on
LONG = [
    Vector(
        "1 bit",
        1,
        1 << 20,
        dict.fromkeys(PLACES, 1),
        "d7ebb7448242f0a1282371912bb56fda964b66641834ec647b5616034ca27db0",
        "117fbe7483b2782f40bfc6f85981e33567eb543cabb32cf2f5455fcf98d234d6",
    ),
    Vector(
        "2 bits",
        2,
        1 << 20,
        dict(zip(PLACES, [1, 2, 1, 3, 1, 1, 2, 1, 1, 2, 3], strict=True)),
        "9e2e2a87737421bfa0fdb54e07af3acf2b6b5c19cb6ed406f3280518409d571f",
        "46aeda691908bc8dd71368c9277807a493fce33bd703607ef1129c1847d39764",
    ),
    Vector(
        "4 bits",
        4,
        1 << 20,
        {place: value for value, place in enumerate(FOUR_BIT_PLACES, 1)},
        "3d3fb55a61b56bf27a9f5f6cfe985d29da62103c792367fbf6bcecb6a89ab241",
        "ae05e5f4ee9131d4f3d04f6bf87c240f735bd286bc97a2d4ce4f42520c7463ee",
    ),
    Vector(
        "8 bits",
        8,
        1 << 20,
        {place: value for value, place in enumerate(EIGHT_BIT_PLACES)},
        "9833be6af3ea05d0fb281732eb3e0ede3815f3435c55d0808047bbe53d7eb1f1",
        "ab55805e05428ab8b44bd7dea4cc3b61550399554c365e144ae6f3609cfd84e3",
    ),
]

# Sections 5.1 and 5.2: the first list as a token. The draft does not state the key of their signatures.
JWT = (
    "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEyIiwidHlwIjoic3RhdHVzbGlzdCtqd3QifQ.eyJleHAiOjIyOTE3MjAxNzAsImlhdCI6MTY4NjkyMDE"
    "3MCwiaXNzIjoiaHR0cHM6Ly9leGFtcGxlLmNvbSIsInN0YXR1c19saXN0Ijp7ImJpdHMiOjEsImxzdCI6ImVOcmJ1UmdBQWhjQlhRIn0sInN1Y"
    "iI6Imh0dHBzOi8vZXhhbXBsZS5jb20vc3RhdHVzbGlzdHMvMSIsInR0bCI6NDMyMDB9.2lKUUNG503R9htu4aHAYi7vjmr3sgApbfoDvPrl65N"
    "3URUO1EYqqQl45Jfzd-Av4QzlKa3oVALpLwOEUOq-U_g"
)
CWT = (
    "d2845820a2012610781a6170706c69636174696f6e2f7374617475736c6973742b637774a1044231325850a502782168747470733a2f"
    "2f6578616d706c652e636f6d2f7374617475736c697374732f31061a648c5bea041a8898dfea19fffe19a8c019fffda2646269747301"
    "636c73744a78dadbb918000217015d584093fa4d01032b18c35e2fe1101b77fd6cc9440022caa4694450c4e4e9feab4e99d1fa6d9772"
    "ce2bf3a12e0323ded7c982c5e101a5e67f0cbc1e2b6f57ce99c279"
)
