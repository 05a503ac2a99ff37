import Testing

@testable import Screen

/// What terminals say about their background is data from outside.
@Suite struct BackgroundTests {
  @Test(arguments: [
    ("11;rgb:ffff/ffff/ffff", Background.light), ("11;rgb:0000/0000/0000", .dark),
    ("11;rgb:fd/f6/e3", .light),
    ("11;rgb:1/2/3", .dark), ("11;rgba:ffff/fafa/eeee/8000", .light), ("11;#ffffff", .light),
    ("11;#282c34", .dark),
    ("11;#ffffddddcccc", .light),
  ])
  func coloursAreRead(_ reply: String, _ background: Background) {
    #expect(Background(oscReply: reply) == background)
  }

  @Test(arguments: [
    "", "11;", "11", "10;rgb:ffff/ffff/ffff", "11;rgb:", "11;rgb:ffff/ffff", "11;rgb:fffff/0/0",
    "11;rgb:-1/0/0",
    "11;rgb:+f/0/0", "11;rgb:gg/00/00", "11;rgb:ff/ff/ff/ff/ff", "11;#", "11;#ff", "11;#é", "11;?",
    "11;rgb:/\u{301}/",
    "11;#fffffffffffffff",
  ])
  func anythingElseIsNoColour(_ reply: String) {
    #expect(Background(oscReply: reply) == nil)
  }

  @Test func theVariableNamesTheBackgroundLast() {
    #expect(Background(colorFGBG: "15;0") == .dark && Background(colorFGBG: "0;15") == .light)
    #expect(Background(colorFGBG: "0;default;15") == .light && Background(colorFGBG: "12;8") == .dark)
    for value in ["", ";", "0;default", "0;16", "0;-1", "white"] {
      #expect(Background(colorFGBG: value) == nil, "\(value)")
    }
  }
}
