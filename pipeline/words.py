"""Word classes of English that carry register rather than topic; closed lists, written for this project.

They are features, not rules: what a class means for a verdict is learned.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTION = _words("""
a about above across after again against all almost alone along already also although always am among an and another any
anybody anyone anything anywhere are aren't around as at away back be became because become been before began behind being
below beneath beside besides between beyond both but by can can't cannot could couldn't did didn't do does doesn't doing
don't done down during each either else enough even ever every everybody everyone everything everywhere except few fewer
first for from further get gets getting give given gives go goes going gone got had hadn't half has hasn't have haven't having
he he'd he'll he's her here here's hers herself him himself his how however i i'd i'll i'm i've if in indeed instead into is isn't
it it'd it'll it's its itself just keep kept know known last later least less let let's like made make makes making many may maybe
me mere might mine more most much must my myself near nearly neither never nevertheless next no nobody none nor not nothing
now nowhere of off often on once one ones only onto or other others otherwise our ours ourselves out over own per perhaps
quite rather really said same say says second see seem seemed seems seen several shall she she'd she'll she's should
shouldn't since so some somebody someone something sometimes somewhere soon still such take taken takes than that that's the
their theirs them themselves then there there's therefore these they they'd they'll they're they've thing things this those
though three through throughout thus till to together told too took toward towards two under unless until up upon us use used very
was wasn't way we we'd we'll we're we've well went were weren't what what's whatever when whenever where whereas wherever
whether which while who who's whoever whole whom whose why will with within without won't would wouldn't yet you you'd you'll you're
you've your yours yourself
""")
ATTRIBUTION = _words("""
said says told according announced added reported confirmed stated noted explained argued warned declined spokesman spokeswoman
spokesperson official officials statement interview reporters sources testified acknowledged insisted denied alleged quoted
asked replied cited citing estimated described wrote tweeted briefing documents filing
""")
TIME = _words("""
monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october
november december jan feb mar apr jun jul aug sept sep oct nov dec yesterday today tonight tomorrow morning afternoon evening
week weeks month months year years day days hour hours minutes weekend earlier
""")
MODALS = _words(
    "must should ought shall can could may might will would cannot can't couldn't shouldn't won't wouldn't need needs"
)
HEDGES = _words("""
perhaps maybe possibly probably likely unlikely apparently seemingly presumably arguably somewhat suggests suggest appears appear
seems seem seemed largely generally roughly almost nearly rather fairly quite doubt uncertain unclear
""")
EVALUATION = _words("""
wrong right good bad worse worst better best absurd foolish dangerous disastrous failure failed folly shameful disgraceful
brilliant courage cowardice honest dishonest hypocrisy hypocritical moral immoral outrageous ridiculous reckless irresponsible
sensible wise unwise fair unfair unjust just justice lie lies myth nonsense pathetic noble decent cynical naive tragic tragedy
terrible awful great greatest stupid sadly unfortunately fortunately surely clearly obviously simply merely frankly honestly
hardly deeply utterly truly real true false problem crisis threat radical extreme liberal conservative elite
""")
REASONING = _words("""
because therefore thus hence consequently however but yet although though whereas nevertheless nonetheless moreover
furthermore indeed instead rather despite unless if whether why reason reasons argument argue argues claim claims point case
question answer means mean implies assume assumption evidence prove proof fact truth suppose consider conclusion logic
ultimately essentially precisely merely
""")
PUFF = _words("""
best top ultimate amazing awesome incredible essential perfect great easy easily simple simply quick quickly effective
efficient powerful boost enhance unlock elevate seamless robust crucial vital key valuable benefits benefit tips tricks guide
explore discover dive delve unleash transform journey landscape ensure ensuring helps offers offering comprehensive
exciting fascinating unique popular trending famous fans viral hidden secrets must-have affordable reliable trusted leading
innovative cutting-edge game-changer solutions solution experience enjoy whether
""")
ADDRESS = _words("""
you your guys folks everyone friends readers hey hi hello welcome let's ready wondering wondered imagine remember here's
want need looking check click read learn find stay tuned grab choose try consider start
""")
GENERAL = (
    ATTRIBUTION
    | MODALS
    | HEDGES
    | EVALUATION
    | REASONING
    | PUFF
    | ADDRESS
    | _words("""
able act actually again ago agree agreed allow allowed amid amount article articles attack attacks based begin beginning
believe believed believes big blog bring brings brought call called calling calls came cause certain change changes chief choice
clear close come comes coming common company complete content cost could countries country course court create current day deal
death decision despite different director discuss discussed doing early easy effect end entire especially event events exactly example
expect expected expert experts face fact far feel few final finally follow following force form former found free full future gave
general government group groups hand happen happened happening hard head hear heard help high hold hope idea ideas
important include included includes including increase information interest interesting issue issues it's job keep kind knew
large late latest law lead leader leaders leave led left legal less level life line list little live lives local long longer look looked
looks lose lost lot love main major man matter member members men million billion minister moment money move movement
much name nation national nature need new news number offer office old open opinion order part particular parts party past pay
people percent person perspective place plan plans play point police policy political politics poll position possible power present president
press prevent process product products program provide provided provides public published put quality question questions quick quote reach read
reader ready reality reason recent recently record related release released remain remains remember report reports research response
rest result results review rights rise role rule run saw saying school second secretary security sense serious service set shared
short show showed shows side sign similar simple situation size small social society sort source speak special
speech spending spoke stand start started state step stop story strong study subject success support sure system talk talking team tell
term terms test thank thanks think thinking thought time times title today top total tried true try trying turn turned type
understand understanding updates upcoming us value various version view views voters want wanted wants war watch ways website
week went whole win woman women won wonder word words work worked working works world writer writes writing wrote young
""")
)
