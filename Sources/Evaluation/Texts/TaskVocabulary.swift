/// The words of the embedded model's tasks: those of its training (`Samples/Model/words.py`), of which one in
/// six was held out.
enum TaskVocabulary {
  /// Words before a noun.
  static let adjectives = words(
    """
    amber ancient blue brass bright broken bronze calm carved cedar clear cold copper coral crimson curved dark deep
    distant double dusty early empty faded fine flat folded forest frozen garden gentle gilded glass golden grand
    green grey heavy hidden hollow iron ivory jade large late little long lost low marble narrow new noble oak old
    open painted pale paper plain polished proud purple quiet rare red rough round royal rusty salt scarlet secret
    sharp short silent silver simple small smooth soft spare square steel stone striped sunny tall thin tin violet
    warm white wide winter wooden woven yellow young
    """)
  /// Things.
  static let nouns = words(
    """
    anchor apple arrow badge basket beacon bell bench blanket boat book bottle bowl box bridge broom brush bucket
    button candle canvas cart chain chair chest clock cloak coat coin compass crown cup curtain desk dish door drum
    engine fan feather fence flag flute fork frame garland gate gem glove hammer harp hat helmet hook horn inkwell
    jar jewel jug kettle key kite knife ladder lamp lantern lens letter lock map mask medal mirror mug needle net
    oar orb paddle parcel pen pipe plate pot purse quilt raft ribbon ring robe rope saddle sail scarf scroll shell
    shield ship shovel sign spade spoon stamp statue stool sword table tent thread tile torch tower toy tray trunk
    umbrella urn vase vest violin wagon wallet watch wheel whistle window wreath
    """)
  /// What a fact tells of its key.
  static let relations = words(
    """
    passcode treasure emblem prize gift tool token talisman keepsake cargo heirloom signal password trophy favour
    device symbol lot
    """)
  /// Where filler takes place.
  static let places = words(
    """
    harbour market library station mill orchard chapel square tavern workshop garden bakery school theatre museum
    quarry lighthouse castle village farm valley bridge forge stable cellar attic kitchen courtyard tower ferry
    """)
  /// Who acts in filler.
  static let people = words(
    """
    clerk baker sailor teacher miller gardener painter porter captain doctor tailor farmer fisherman singer
    carpenter weaver hunter mason judge guard traveller merchant student cook scribe pilot shepherd printer
    """)
  /// Beginnings of a made-up syllable.
  static let onsets = words(
    """
    b br c cl d dr f fl g gr h j k l m n p pr r s st t th tr v w
    """)
  /// Middles of one.
  static let vowels = words(
    """
    a e i o u ai ea io
    """)
  /// Ends of one.
  static let codas = words(
    """
    l m n r s t nd rn lt th
    """)
  /// Ends of a made-up name.
  static let endings = words(
    """
    a o in en is or el an us by ey ard ow wick ton ley mar dale
    """)

  private static func words(_ text: String) -> [String] {
    text.split(whereSeparator: \.isWhitespace).map(String.init)
  }
}
