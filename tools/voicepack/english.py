"""What the English pack holds: a unit clip for every word that the speech planner can ask for."""

ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SCALES = "hundred thousand million billion trillion and point minus plus percent oh double triple"
SYMBOLS = "extension star pound slash dot underscore at dash hash"
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth thirtieth"
)
MONTHS = "January February March April May June July August September October November December"
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
MONEY = "dollar dollars cent cents yuan jiao fen euro euros pounds penny pence yen"
SMALL = "the of o'clock"

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MERIDIEM = "apm"

# misaki phonemes of the letters' names, spelled out because a lone "A" is read as the article.
LETTER_PHONEMES = {
    "A": "ˈA", "B": "bˈi", "C": "sˈi", "D": "dˈi", "E": "ˈi", "F": "ˈɛf", "G": "ʤˈi", "H": "ˈAʧ", "I": "ˈI",
    "J": "ʤˈA", "K": "kˈA", "L": "ˈɛl", "M": "ˈɛm", "N": "ˈɛn", "O": "ˈO", "P": "pˈi", "Q": "kjˈu", "R": "ˈɑɹ",
    "S": "ˈɛs", "T": "tˈi", "U": "jˈu", "V": "vˈi", "W": "dˈʌbᵊlju", "X": "ˈɛks", "Y": "wˈI", "Z": "zˈi",
}

# Words whose spelling alone misleads the engine.
PHONEMES = {"the": "ðə", "and": "ænd", "of": "ʌv", "at": "æt", "oh": "ˈO", "yuan": "jˌuˈɑn", "jiao": "ʤjˈW", "fen": "fˈɛn"}


def words() -> list[str]:
    """Every word but the letters."""
    return " ".join([ONES, TENS, SCALES, SYMBOLS, ORDINALS, MONTHS, DAYS, MONEY, SMALL]).split()
