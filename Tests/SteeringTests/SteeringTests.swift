import XCTest

final class SteeringTests: XCTestCase {}
