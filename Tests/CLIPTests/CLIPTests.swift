import XCTest

final class CLIPTests: XCTestCase {}
