extension Concept {
    /// Eighty concepts: 52 safe ones, then 28 in seven harm groups.
    ///
    /// A row is: code point, nouns as singular/plural separated by commas (no plural for mass nouns), and `*` where
    /// the object comes in five colours.
    public static let all: [Concept] = {
        var concepts: [Concept] = []
        for section in table {
            for line in section.rows.split(separator: "\n") {
                let fields = line.split(separator: " ", maxSplits: 1)
                let isTintable = fields[1].hasSuffix("*")
                let nouns = fields[1].filter { $0 != "*" }.split(separator: ",").map(Noun.init)
                concepts.append(
                    Concept(
                        index: concepts.count, nouns: nouns, scalar: Unicode.Scalar(UInt32(fields[0], radix: 16)!)!,
                        kind: section.kind, group: section.group, isTintable: isTintable))
            }
        }
        return concepts
    }()

    private static let table: [(kind: Kind, group: HarmGroup?, rows: String)] = [
        (
            .animal, nil,
            """
            1F436 dog/dogs, puppy/puppies
            1F431 cat/cats, kitten/kittens
            1F438 frog/frogs, toad/toads
            1F437 pig/pigs, piglet/piglets
            1F981 lion/lions
            1F43C panda/pandas
            1F427 penguin/penguins
            1F420 fish/fish, goldfish/goldfish
            1F422 turtle/turtles, tortoise/tortoises
            1F98B butterfly/butterflies, moth/moths *
            1F418 elephant/elephants
            1F419 octopus/octopuses, squid/squids
            1F41D bee/bees, bumblebee/bumblebees
            1F986 duck/ducks, mallard/mallards
            """
        ),
        (
            .food, nil,
            """
            1F34E apple/apples *
            1F34C banana/bananas
            1F347 grapes
            1F353 strawberry/strawberries, berry/berries
            1F349 watermelon/watermelons, melon/melons
            1F955 carrot/carrots
            1F355 pizza/pizzas
            1F354 burger/burgers, hamburger/hamburgers
            1F369 donut/donuts, doughnut/doughnuts
            1F382 cake/cakes, birthday cake/birthday cakes
            1F35E bread, loaf/loaves
            1F9C0 cheese
            """
        ),
        (
            .plant, nil,
            """
            1F33B sunflower/sunflowers
            1F337 tulip/tulips, flower/flowers *
            1F335 cactus/cacti
            1F333 tree/trees, oak/oaks
            1F334 palm/palms, palm tree/palm trees
            1F340 clover/clovers
            """
        ),
        (
            .vehicle, nil,
            """
            1F697 car/cars, automobile/automobiles *
            1F68C bus/buses, coach/coaches
            1F6B2 bicycle/bicycles, bike/bikes
            2708 plane/planes, airplane/airplanes
            1F680 rocket/rockets, spaceship/spaceships
            1F682 train/trains, locomotive/locomotives
            26F5 boat/boats, sailboat/sailboats
            1F69C tractor/tractors
            """
        ),
        (
            .thing, nil,
            """
            1F4D5 book/books *
            23F0 clock/clocks, alarm clock/alarm clocks
            26BD ball/balls, football/footballs
            1F3B8 guitar/guitars *
            1F388 balloon/balloons *
            1F381 gift/gifts, present/presents
            1F9F8 teddy/teddies, teddy bear/teddy bears
            1F3A9 hat/hats, top hat/top hats
            1F511 key/keys *
            1F3E0 house/houses, home/homes
            2B50 star/stars *
            2764 heart/hearts *
            """
        ),
        (
            .thing, .weapon,
            """
            1F52A knife/knives, blade/blades
            1F52B gun/guns, pistol/pistols
            2694 sword/swords, crossed swords
            1F5E1 dagger/daggers, dirk/dirks
            1F3F9 bow/bows, longbow/longbows
            1FA93 axe/axes, hatchet/hatchets
            """
        ),
        (
            .thing, .explosive,
            """
            1F4A3 bomb/bombs, grenade/grenades
            1F525 fire/fires, flame/flames
            1F9E8 dynamite, firecracker/firecrackers
            1F4A5 explosion/explosions, blast/blasts
            """
        ),
        (
            .thing, .horror,
            """
            1F480 skull/skulls, skeleton/skeletons
            1F47B ghost/ghosts, phantom/phantoms
            1F9DF zombie/zombies, ghoul/ghouls
            26B0 coffin/coffins, casket/caskets
            """
        ),
        (
            .thing, .drug,
            """
            1F489 syringe/syringes, needle/needles
            1F48A pill/pills, capsule/capsules
            2697 alembic/alembics, flask/flasks
            """
        ),
        (
            .thing, .tobaccoAndAlcohol,
            """
            1F6AC cigarette/cigarettes, smoke
            1F37A beer/beers, lager/lagers
            1F377 wine/wines, wine glass/wine glasses
            1F943 whiskey/whiskeys, liquor/liquors
            """
        ),
        (
            .thing, .gambling,
            """
            1F3B0 slots, slot machine/slot machines
            1F3B2 dice/dice, dice cube/dice cubes
            1F0CF joker/jokers, wild card/wild cards
            """
        ),
        (
            .thing, .insult,
            """
            1F92C swearing face/swearing faces, cursing face/cursing faces
            1F4A9 poop/poops, dung
            1F921 clown/clowns, jester/jesters
            1F47F imp/imps, devil/devils
            """
        ),
    ]
}
