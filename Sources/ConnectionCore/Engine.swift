public import SQLRendering

/// What is known of the engine and its dialect once the driver has been asked.
public struct Engine: Sendable {
  public var dialect: Dialect
  /// Why this dialect: for `doctor`.
  public var reason: String
  /// Such as `MariaDB`.
  public var product: String
  public var productVersion: String
  public var driver: String
  public var driverVersion: String

  public init(
    dialect: Dialect, reason: String, product: String, productVersion: String, driver: String, driverVersion: String
  ) {
    self.dialect = dialect
    self.reason = reason
    self.product = product
    self.productVersion = productVersion
    self.driver = driver
    self.driverVersion = driverVersion
  }
}
