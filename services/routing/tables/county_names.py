"""The counties of the states that are split, so that none can be left out or misspelt."""

_NAMES = {
    "CA": (
        "alameda alpine amador butte calaveras colusa contracosta delnorte eldorado fresno glenn humboldt "
        "imperial inyo kern kings lake lassen losangeles madera marin mariposa mendocino merced modoc mono "
        "monterey napa nevada orange placer plumas riverside sacramento sanbenito sanbernardino sandiego "
        "sanfrancisco sanjoaquin sanluisobispo sanmateo santabarbara santaclara santacruz shasta sierra "
        "siskiyou solano sonoma stanislaus sutter tehama trinity tulare tuolumne ventura yolo yuba"
    ),
    "FL": (
        "alachua baker bay bradford brevard broward calhoun charlotte citrus clay collier columbia desoto "
        "dixie duval escambia flagler franklin gadsden gilchrist glades gulf hamilton hardee hendry hernando "
        "highlands hillsborough holmes indianriver jackson jefferson lafayette lake lee leon levy liberty "
        "madison manatee marion martin miamidade monroe nassau okaloosa okeechobee orange osceola palmbeach "
        "pasco pinellas polk putnam santarosa sarasota seminole stjohns stlucie sumter suwannee taylor union "
        "volusia wakulla walton washington"
    ),
    "NY": (
        "albany allegany bronx broome cattaraugus cayuga chautauqua chemung chenango clinton columbia "
        "cortland delaware dutchess erie essex franklin fulton genesee greene hamilton herkimer jefferson "
        "kings lewis livingston madison monroe montgomery nassau newyork niagara oneida onondaga ontario "
        "orange orleans oswego otsego putnam queens rensselaer richmond rockland saratoga schenectady "
        "schoharie schuyler seneca steuben stlawrence suffolk sullivan tioga tompkins ulster warren "
        "washington wayne westchester wyoming yates"
    ),
    "TX": (
        "anderson andrews angelina aransas archer armstrong atascosa austin bailey bandera bastrop baylor bee "
        "bell bexar blanco borden bosque bowie brazoria brazos brewster briscoe brooks brown burleson burnet "
        "caldwell calhoun callahan cameron camp carson cass castro chambers cherokee childress clay cochran "
        "coke coleman collin collingsworth colorado comal comanche concho cooke coryell cottle crane crockett "
        "crosby culberson dallam dallas dawson deafsmith delta denton dewitt dickens dimmit donley duval "
        "eastland ector edwards ellis elpaso erath falls fannin fayette fisher floyd foard fortbend franklin "
        "freestone frio gaines galveston garza gillespie glasscock goliad gonzales gray grayson gregg grimes "
        "guadalupe hale hall hamilton hansford hardeman hardin harris harrison hartley haskell hays hemphill "
        "henderson hidalgo hill hockley hood hopkins houston howard hudspeth hunt hutchinson irion jack "
        "jackson jasper jeffdavis jefferson jimhogg jimwells johnson jones karnes kaufman kendall kenedy kent "
        "kerr kimble king kinney kleberg knox lamar lamb lampasas lasalle lavaca lee leon liberty limestone "
        "lipscomb liveoak llano loving lubbock lynn madison marion martin mason matagorda maverick mcculloch "
        "mclennan mcmullen medina menard midland milam mills mitchell montague montgomery moore morris motley "
        "nacogdoches navarro newton nolan nueces ochiltree oldham orange palopinto panola parker parmer pecos "
        "polk potter presidio rains randall reagan real redriver reeves refugio roberts robertson rockwall "
        "runnels rusk sabine sanaugustine sanjacinto sanpatricio sansaba schleicher scurry shackelford shelby "
        "sherman smith somervell starr stephens sterling stonewall sutton swisher tarrant taylor terrell "
        "terry throckmorton titus tomgreen travis trinity tyler upshur upton uvalde valverde vanzandt "
        "victoria walker waller ward washington webb wharton wheeler wichita wilbarger willacy williamson "
        "wilson winkler wise wood yoakum young zapata zavala"
    ),
}
COUNTIES = {state: frozenset(names.split()) for state, names in _NAMES.items()}
"""By state, as names are compared (Census Bureau: 58, 67, 62 and 254)."""
