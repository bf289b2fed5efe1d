import XCTest

final class WorldTests: XCTestCase {}
