import CLIP
import World

/// Everyday concepts that `describe` tells directions by where it is given none: things, places, people, qualities,
/// feelings, kinds of picture, and what the bundled world draws.
enum ConceptList {
    private static let everyday = """
        dog cat horse bird fish cow sheep pig rabbit lion tiger bear elephant monkey snake frog turtle butterfly bee
        spider insect dinosaur tree flower rose grass leaf forest mountain river lake sea beach island desert sky cloud
        sun moon star rain snow storm lightning fire smoke water ice rock sand garden farm village city street road
        bridge house castle church tower school hospital prison shop kitchen bedroom office factory museum stadium park
        car truck bus train bicycle motorcycle boat ship airplane helicopter rocket tank bread cake cheese egg meat
        fruit apple banana orange lemon grape strawberry tomato carrot potato pizza soup coffee tea milk beer wine
        bottle cup plate spoon fork knife chair table bed lamp door window mirror clock telephone computer camera
        television book newspaper letter money coin key lock hammer saw rope chain box bag umbrella candle balloon toy
        doll ball game chess guitar piano drum violin microphone flag crown ring hat shirt dress shoe glasses mask
        uniform helmet shield sword dagger gun rifle bullet bomb explosion soldier police doctor nurse teacher farmer
        chef king queen knight pirate robot monster ghost skeleton skull zombie devil angel man woman child baby family
        friend crowd hand face eye heart bone medicine pill syringe cigarette accident wound war peace fight crime
        danger warning protest celebration party wedding holiday birthday dance music song sport football tennis running
        swimming sleeping eating cooking reading writing drawing playing working red orange yellow green blue purple
        pink brown black white grey golden dark bright colourful large small old new young broken clean dirty wet hot
        cold soft sharp round empty full beautiful ugly happy sad angry afraid calm quiet loud safe dangerous harmless
        harmful friendly violent peaceful gentle cruel innocent scary disturbing wholesome photograph painting drawing
        cartoon sketch poster icon logo map text pattern portrait landscape night day morning winter summer spring
        autumn
        """

    static let all: [String] = {
        var seen: Set<String> = []
        let words = everyday.split(whereSeparator: \.isWhitespace).map(String.init) + Concept.all.map(\.name)
        return words.filter { seen.insert($0).inserted }
    }()

    /// Those whose words a model's vocabulary has.
    static func known(to embedder: CLIPEmbedder) throws -> [String] {
        try all.filter { try embedder.tokenizer.unseen(in: $0, length: embedder.maximumLength).unknown.isEmpty }
    }
}
