"""Word classes of English that carry register rather than topic; closed lists, written for this project.

They are features, not rules: what a class means for a verdict is learned.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTION = _words("""
a about above across after again against all almost alone along already also although always am among an and another
any anybody anyone anything anywhere are aren't around as at away back be became because become been before began
behind being below beneath beside besides between beyond both but by can can't cannot could couldn't did didn't do
does doesn't doing don't done down during each either else enough even ever every everybody everyone everything
everywhere except few fewer first for from further get gets getting give given gives go goes going gone got had
hadn't half has hasn't have haven't having he he'd he'll he's her here here's hers herself him himself his how
however i i'd i'll i'm i've if in indeed instead into is isn't it it'd it'll it's its itself just keep kept know
known last later least less let let's like made make makes making many may maybe me mere might mine more most much
must my myself near nearly neither never nevertheless next no nobody none nor not nothing now nowhere of off often
on once one ones only onto or other others otherwise our ours ourselves out over own per perhaps quite rather really
said same say says second see seem seemed seems seen several shall she she'd she'll she's should shouldn't since so
some somebody someone something sometimes somewhere soon still such take taken takes than that that's the their
theirs them themselves then there there's therefore these they they'd they'll they're they've thing things this
those though three through throughout thus till to together told too took toward towards two under unless until up
upon us use used very was wasn't way we we'd we'll we're we've well went were weren't what what's whatever when
whenever where whereas wherever whether which while who who's whoever whole whom whose why will with within without
won't would wouldn't yet you you'd you'll you're you've your yours yourself
""")
ATTRIBUTION = _words("""
according acknowledged added alleged announced argued asked briefing cited citing confirmed declined denied
described documents estimated explained filing insisted interview noted official officials quoted replied reported
reporters said says sources spokesman spokesperson spokeswoman stated statement testified told tweeted warned wrote
""")
TIME = _words("""
afternoon apr april aug august day days dec december earlier evening feb february friday hour hours jan january jul
july jun june mar march minutes monday month months morning nov november oct october saturday sep sept september
sunday thursday today tomorrow tonight tuesday wednesday week weekend weeks year years yesterday
""")
MODALS = _words(
    "must should ought shall can could may might will would cannot can't couldn't shouldn't won't wouldn't need needs"
)
HEDGES = _words("""
almost apparently appear appears arguably doubt fairly generally largely likely maybe nearly perhaps possibly
presumably probably quite rather roughly seem seemed seemingly seems somewhat suggest suggests uncertain unclear
unlikely
""")
EVALUATION = _words("""
absurd awful bad best better brilliant clearly conservative courage cowardice crisis cynical dangerous decent deeply
disastrous disgraceful dishonest elite extreme failed failure fair false folly foolish fortunately frankly good
great greatest hardly honest honestly hypocrisy hypocritical immoral irresponsible just justice liberal lie lies
merely moral myth naive noble nonsense obviously outrageous pathetic problem radical real reckless ridiculous right
sadly sensible shameful simply stupid surely terrible threat tragedy tragic true truly unfair unfortunately unjust
unwise utterly wise worse worst wrong
""")
REASONING = _words("""
although answer argue argues argument assume assumption because but case claim claims conclusion consequently
consider despite essentially evidence fact furthermore hence however if implies indeed instead logic mean means
merely moreover nevertheless nonetheless point precisely proof prove question rather reason reasons suppose
therefore though thus truth ultimately unless whereas whether why yet
""")
PUFF = _words("""
affordable amazing awesome benefit benefits best boost comprehensive crucial cutting-edge delve discover dive easily
easy effective efficient elevate enhance enjoy ensure ensuring essential exciting experience explore famous fans
fascinating game-changer great guide helps hidden incredible innovative journey key landscape leading must-have
offering offers perfect popular powerful quick quickly reliable robust seamless secrets simple simply solution
solutions tips top transform trending tricks trusted ultimate unique unleash unlock valuable viral vital whether
""")
ADDRESS = _words("""
check choose click consider everyone find folks friends grab guys hello here's hey hi imagine learn let's looking
need read readers ready remember start stay try tuned want welcome wondered wondering you your
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
able act actually again ago agree agreed allow allowed amid amount article articles attack attacks based begin
beginning believe believed believes big billion blog bring brings brought call called calling calls came cause
certain change changes chief choice clear close come comes coming common company complete content cost could
countries country course court create current day deal death decision despite different director discuss discussed
doing early easy effect end entire especially event events exactly example expect expected expert experts face fact
far feel few final finally follow following force form former found free full future gave general government group
groups hand happen happened happening hard head hear heard help high hold hope idea ideas important include included
includes including increase information interest interesting issue issues it's job keep kind knew large late latest
law lead leader leaders leave led left legal less level life line list little live lives local long longer look
looked looks lose lost lot love main major man matter member members men million minister moment money move movement
much name nation national nature need new news number offer office old open opinion order part particular parts
party past pay people percent person perspective place plan plans play point police policy political politics poll
position possible power present president press prevent process product products program provide provided provides
public published put quality question questions quick quote reach read reader ready reality reason recent recently
record related release released remain remains remember report reports research response rest result results review
rights rise role rule run saw saying school second secretary security sense serious service set shared short show
showed shows side sign similar simple situation size small social society sort source speak special speech spending
spoke stand start started state step stop story strong study subject success support sure system talk talking team
tell term terms test thank thanks think thinking thought time times title today top total tried true try trying turn
turned type understand understanding upcoming updates us value various version view views voters want wanted wants
war watch ways website week went whole win woman women won wonder word words work worked working works world writer
writes writing wrote young
""")
)
