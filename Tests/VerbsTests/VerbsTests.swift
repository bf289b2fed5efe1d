import XCTest

final class VerbsTests: XCTestCase {}
