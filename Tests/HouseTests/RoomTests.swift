import Foundation
import XCTest

/// The maps of the house can't lie: what `Package.swift` and the README of each room say is what lies there.
final class RoomTests: XCTestCase {
    private let house = try! House()

    func testAllRoomsAreFound() {
        XCTAssertGreaterThan(house.rooms.filter { !$0.isTest }.count, 20)
        XCTAssertGreaterThan(house.rooms.filter(\.isTest).count, 15)
        for room in house.rooms {
            let files = House.files(below: room.path, endingIn: ".swift", ".c", ".cpp")
            XCTAssertFalse(files.isEmpty, "\(room.name) has no source in \(room.path)")
        }
    }

    /// SwiftPM lets a target import whatever some other target has built.
    func testARoomImportsWhatPackageSwiftSays() throws {
        let names = Set(house.rooms.map(\.name) + house.maps)
        for room in house.rooms {
            var imported: Set<String> = []
            for file in House.files(below: room.path, endingIn: ".swift") {
                for match in try House.text(file).matches(of: /(?m)^(?:@\w+ |public |package )*import (?:\w+ )?(\w+)/) {
                    imported.insert(String(match.1))
                }
            }
            imported.formIntersection(names)
            // What loads libraries, and what stands for `malloc`, has no name in Swift.
            let needed = Set(room.uses).subtracting(["LateLibraries", "LowMemory", "Kernels"])
            let isC = House.files(below: room.path, endingIn: ".swift").isEmpty
            XCTAssertTrue(
                imported.isSubset(of: room.uses),
                "\(room.name) imports \(imported.subtracting(room.uses).sorted()), which Package.swift doesn't name")
            if !isC {
                XCTAssertTrue(
                    needed.isSubset(of: imported),
                    "\(room.name) imports nothing of \(needed.subtracting(imported).sorted()), which Package.swift names"
                )
            }
        }
    }

    /// Floors stand on each other: a room uses those below it, and those before it on its own floor.
    func testArrowsPointDown() {
        var seen = Set(house.maps)
        for room in house.rooms where !room.isTest {
            XCTAssertTrue(
                seen.isSuperset(of: room.uses),
                "\(room.name) uses \(Set(room.uses).subtracting(seen).sorted()), which stand above it in Package.swift")
            seen.insert(room.name)
        }
    }

    func testTheFoldersOfSourcesAreTheFloors() throws {
        let floors = Set(
            house.rooms.filter { !$0.isTest }.map { $0.floor == "Sources" ? $0.name : $0.floor ?? $0.name })
        XCTAssertEqual(House.folders(in: "Sources"), floors)
        for floor in floors {
            let rooms = house.rooms.filter { $0.floor == floor }.map(\.name) + (floor == "System" ? house.maps : [])
            guard !rooms.isEmpty else { continue }
            XCTAssertEqual(House.folders(in: "Sources/\(floor)"), Set(rooms), "floor \(floor)")
            let named = try House.text("Sources/\(floor)/README.md").matches(of: /`(\w+)`/).map { String($0.1) }
            XCTAssertEqual(named.sorted(), rooms.sorted(), "rooms of the README of \(floor)")
        }
    }

    /// A README begins with the room's name, names each of its folders once, and ends its map with what it imports.
    func testEveryRoomHasAMapThatIsTrue() throws {
        for room in house.rooms where !room.isTest {
            let text = try House.text("\(room.path)/README.md")
            XCTAssertTrue(text.hasPrefix("# \(room.name)\n"), "the title of \(room.path)/README.md")
            let imports = text.firstMatch(of: /(?m)^Imports: ([^.]*)\.$/).map { match in
                String(match.1).replacingOccurrences(of: "\n", with: " ")
            }
            XCTAssertEqual(
                imports, room.uses.isEmpty ? "nothing" : room.uses.joined(separator: ", "), "\(room.name)'s README")
            // Tables whose first column is of folders; a row may name several.
            let tables = text.matches(of: /(?m)^\| folder \|.*\n\|[-| ]+\n((?:\|.*\n?)*)/).map { String($0.1) }
            let named = tables.flatMap { table in
                table.split(separator: "\n").flatMap { row in
                    (row.split(separator: "|").first ?? "").matches(of: /`([^`]*?)\/?`/).map { String($0.1) }
                }
            }
            let folders = House.folders(in: room.path).subtracting(["include"])
            XCTAssertEqual(named.sorted(), folders.sorted(), "folders of \(room.name) and its README")
        }
    }

    /// `docs/developing.md` has a row for each room, with its folders.
    func testThePageForDevelopersNamesEveryRoom() throws {
        let page = try House.text("docs/developing.md")
        for room in house.rooms where !room.isTest {
            let name = [room.floor == "Sources" ? nil : room.floor, room.name].compactMap { $0 }.joined(separator: "/")
            let folders = House.folders(in: room.path).subtracting(["include"]).sorted().joined(separator: ", ")
            let row = page.split(separator: "\n").first { $0.hasPrefix("| `\(name)` |") }
            XCTAssertEqual(row.map { $0.hasSuffix("| \(folders) |") }, true, "\(name): \(folders)")
        }
    }

    func testFilesThatReadmesNameAreThere() throws {
        for room in house.rooms where !room.isTest {
            let present = House.files(below: room.path, endingIn: ".swift", ".c", ".cpp", ".h", ".hpp")
            for match in try House.text("\(room.path)/README.md").matches(of: /`([\w+\/.]+\.(?:swift|cpp|c|hpp|h))`/) {
                XCTAssertTrue(
                    present.contains { $0.hasSuffix("/\(match.1)") } || (try? House.text(String(match.1))) != nil,
                    "\(room.name)'s README names \(match.1)")
            }
        }
    }
}
